import type { Rule } from '../rule.ts';
import { scriptTarget } from '../shell/script.ts';
import { scriptsOf } from './scripts.ts';

export const shellSyntax: Rule = {
  id: 'shell-syntax',
  title: 'A script can be read as shell.',
  severity: 'warning',
  hosts: ['gitea-1.22', 'gitea-1.26', 'forgejo', 'github'],
  why: 'What cannot be parsed cannot be checked: no rule can vouch for this script, and bash will likely refuse it too.',
  fix: 'Mend the syntax; `bash -n` shows what the shell makes of it. For another language set `shell:`.',
  docs: 'Scripts of steps whose shell is `bash`, `sh`, or nothing are parsed as bash. Expressions `${{ … }}` are taken for a word of the same length.',
  examples: {
    bad: {
      'ci.yml':
        'name: CI\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n          if [ -f go.mod ]; then\n            make test\n',
    },
    good: {
      'ci.yml':
        'name: CI\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n          if [ -f go.mod ]; then\n            make test\n          fi\n',
    },
  },
  check(context) {
    for (const script of scriptsOf(context)) {
      if (script.broken === undefined) continue;
      const { pos, message } = script.broken;
      context.report({
        at: scriptTarget(script, pos, pos + 1),
        message: `the script cannot be read as shell: ${message}`,
      });
    }
  },
};
