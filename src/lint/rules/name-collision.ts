import { at, type Rule } from '../rule.ts';
import type { Workflow } from '../workflow/model.ts';
import { nameEdit, nameFromFile } from './naming.ts';

export const nameCollision: Rule = {
  id: 'name-collision',
  title: 'No two workflow files have the same name.',
  severity: 'error',
  hosts: ['gitea-1.22', 'gitea-1.26', 'forgejo', 'github'],
  why: 'Status contexts begin with the workflow name: jobs of the same name in two files post to one context, and a red one is painted over by a green one.',
  fix: 'Rename one of them.',
  docs: 'All files of the directory are compared, also when only some are linted. Names are compared as the host does: exactly, white space at the ends aside. `--fix` adds the file name to every name but the first.',
  examples: {
    bad: {
      'a.yml':
        'name: CI\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n',
      'b.yml':
        'name: CI\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make e2e\n',
    },
    good: {
      'a.yml':
        'name: CI\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n',
      'b.yml':
        'name: CI e2e\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make e2e\n',
    },
  },
  check({ workflows, settings, report }) {
    const first = new Map<string, Workflow>();
    const inOrder = [...workflows].sort((a, b) => (a.file.path < b.file.path ? -1 : 1));
    for (const workflow of inOrder) {
      const name = workflow.name?.value.trim();
      if (workflow.name === undefined || name === undefined || name === '') continue;
      const other = first.get(name);
      if (other === undefined) {
        first.set(name, workflow);
        continue;
      }
      const edits = nameEdit(workflow, `${name} (${nameFromFile(workflow.file.path)})`, settings, workflows);
      report({
        at: at(workflow, workflow.name.node),
        message: `the name \`${name}\` is also that of ${other.file.path}`,
        related: [{ at: at(other, other.name?.node), message: 'the other workflow of this name' }],
        ...(edits === undefined ? {} : { edits }),
      });
    }
  },
};
