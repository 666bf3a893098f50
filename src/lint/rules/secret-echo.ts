import type { Rule } from '../rule.ts';
import { scriptTarget } from '../shell/script.ts';
import { secretNames } from './secrets.ts';

export const secretEcho: Rule = {
  id: 'secret-echo',
  title: 'No secret is printed.',
  severity: 'error',
  hosts: ['gitea-1.22', 'gitea-1.26', 'forgejo', 'github'],
  why: 'The runner hides a secret only in the exact form it knows: cut, encoded, quoted or traced it stands in the log, and a summary is not masked at all (I-23).',
  fix: 'Print whether it is set (`${TOKEN:+set}`) or its length (`${#TOKEN}`), and switch tracing off (`set +x`) around its use.',
  docs: 'The secret is followed from `${{ secrets.X }}` and `env:` through variables, files and pipes of the job to where it is printed to the log or the summary, `set -x` included. `::add-mask::`, writing to a file, and piping into a program (`docker login --password-stdin`) pass.',
  examples: {
    bad: {
      'ci.yml':
        'name: CI\non: [push]\njobs:\n  push:\n    runs-on: ubuntu-latest\n    steps:\n      - env:\n          TOKEN: ${{ secrets.REGISTRY_TOKEN }}\n        run: |\n          echo "token: $TOKEN"\n          echo "$TOKEN" | base64\n',
    },
    good: {
      'ci.yml':
        'name: CI\non: [push]\njobs:\n  push:\n    runs-on: ubuntu-latest\n    steps:\n      - env:\n          TOKEN: ${{ secrets.REGISTRY_TOKEN }}\n        run: |\n          echo "token: ${TOKEN:+set}"\n          echo "$TOKEN" | docker login --username ci --password-stdin registry.example.com\n',
    },
  },
  check({ targets, flow, report }) {
    for (const workflow of targets) {
      for (const step of workflow.jobs.flatMap((job) => flow(job).steps)) {
        for (const leak of step.leaks) {
          const names = secretNames(leak.labels);
          if (names === '' || leak.kind === 'argument') continue;
          const where = leak.sink === 'summary' ? 'the step summary' : 'the log';
          report({
            at: scriptTarget(leak.script, leak.pos, leak.end),
            message: `\`${leak.command}\` prints ${names} to ${where}`,
          });
        }
      }
    }
  },
};
