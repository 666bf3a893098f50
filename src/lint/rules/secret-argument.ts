import type { Rule } from '../rule.ts';
import { scriptTarget } from '../shell/script.ts';
import { secretNames } from './secrets.ts';

export const secretArgument: Rule = {
  id: 'secret-argument',
  title: 'No secret stands on a command line.',
  severity: 'warning',
  hosts: ['gitea-1.22', 'gitea-1.26', 'forgejo', 'github'],
  why: "Every process of the machine can read another's command line, and error messages and crash reports repeat it.",
  fix: 'Hand it over by environment, by standard input (`--password-stdin`, `curl -H @-`), or in a file only the job can read.',
  docs: 'Arguments of programs count; those of the shell\'s own commands (`echo`, `test`, `export`) never leave the shell. A warning for a variable, `"$TOKEN"`; an error where `${{ secrets.X }}` is written into the script itself: the runner writes it to a file on disk first, and a quote in the secret is run as shell.',
  examples: {
    bad: {
      'ci.yml':
        'name: CI\non: [push]\njobs:\n  push:\n    runs-on: ubuntu-latest\n    steps:\n      - run: docker login --username ci --password ${{ secrets.REGISTRY_TOKEN }} registry.example.com\n',
    },
    good: {
      'ci.yml':
        'name: CI\non: [push]\njobs:\n  push:\n    runs-on: ubuntu-latest\n    steps:\n      - env:\n          TOKEN: ${{ secrets.REGISTRY_TOKEN }}\n        run: printf %s "$TOKEN" | docker login --username ci --password-stdin registry.example.com\n',
    },
  },
  check({ targets, flow, report }) {
    for (const workflow of targets) {
      for (const step of workflow.jobs.flatMap((job) => flow(job).steps)) {
        for (const leak of step.leaks) {
          const names = secretNames(leak.labels);
          if (names === '' || leak.kind !== 'argument') continue;
          const how = leak.inlined ? ', written into the script itself' : '';
          report({
            at: scriptTarget(leak.script, leak.pos, leak.end),
            message: `${names} stands on the command line of \`${leak.command}\`${how}`,
            ...(leak.inlined ? { severity: 'error' as const } : {}),
          });
        }
      }
    }
  },
};
