import { atTop, type Rule } from '../rule.ts';

export const textEncoding: Rule = {
  id: 'text-encoding',
  title: 'A workflow file is plain UTF-8 with Unix line ends.',
  severity: 'warning',
  hosts: ['gitea-1.22', 'gitea-1.26', 'forgejo', 'github'],
  why: 'A byte-order mark becomes part of the first key for tools that do not expect one, and carriage returns end up in scripts and heredocs that are written to files.',
  fix: 'Save the file as UTF-8 without byte-order mark, with `\\n` at the line ends (`.gitattributes`: `*.yml text eol=lf`).',
  docs: 'A file that is not UTF-8, or binary, is not read at all: exit 2. `--fix` leaves line ends to the editor and to git.',
  examples: {
    bad: {
      'ci.yml':
        'name: CI\r\non: [push]\r\njobs:\r\n  test:\r\n    runs-on: ubuntu-latest\r\n    steps:\r\n      - run: make test\r\n',
    },
    good: {
      'ci.yml':
        'name: CI\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n',
    },
  },
  check({ targets, report }) {
    for (const workflow of targets) {
      if (workflow.file.byteOrderMark)
        report({ at: atTop(workflow), message: 'the file begins with a byte-order mark' });
      const carriageReturn = workflow.file.text.indexOf('\r');
      if (carriageReturn !== -1) {
        report({
          at: { workflow, start: carriageReturn, end: carriageReturn + 1 },
          message: 'the file has Windows line ends',
        });
      }
    }
  },
};
