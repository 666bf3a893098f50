import type { Rule } from '../rule.ts';

export const suppression: Rule = {
  id: 'suppression',
  title: 'A suppression names a rule, gives a reason, and has something to suppress.',
  severity: 'error',
  hosts: ['gitea-1.22', 'gitea-1.26', 'forgejo', 'github'],
  why: 'A suppression without a reason cannot be reviewed, and one that suppresses nothing hides the next finding on its line.',
  fix: 'Write `# greenlane: ignore[rule] reason` on the line of the finding or above it, or take the comment out.',
  docs: 'Comments of the YAML and of shell scripts count, at the end of the line or on lines of their own above it; several rules are separated by commas. A suppression that is itself wrong suppresses nothing.',
  examples: {
    bad: {
      'ci.yml':
        'name: CI\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    # greenlane: ignore[ignored-key]\n    timeout-minutes: 10\n    steps:\n      - run: make test # greenlane: ignore[raw-answer] prints nothing\n',
    },
    good: {
      'ci.yml':
        'name: CI\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    # greenlane: ignore[ignored-key] takes effect on the GitHub mirror\n    timeout-minutes: 10\n    steps:\n      - run: make test\n',
    },
  },
  // The engine reports these itself, once it knows what the other rules found.
  check() {},
};
