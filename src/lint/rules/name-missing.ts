import { atTop, type Rule } from '../rule.ts';
import { nameEdit, nameFromFile } from './naming.ts';

export const nameMissing: Rule = {
  id: 'name-missing',
  title: 'Every workflow has a name.',
  severity: 'error',
  hosts: ['gitea-1.22', 'gitea-1.26'],
  why: 'Without `name:` the status contexts begin with a bare ` / `, so the jobs of all unnamed files share their contexts and the last one to post wins.',
  fix: 'Add `name:` at the top of the file.',
  docs: 'An empty name counts as none. `--fix` names the workflow after its file.',
  examples: {
    bad: {
      'lint.yml':
        'on: [push]\njobs:\n  lint:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make lint\n',
    },
    good: {
      'lint.yml':
        'name: Lint\non: [push]\njobs:\n  lint:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make lint\n',
    },
  },
  check({ targets, settings, workflows, report }) {
    for (const workflow of targets) {
      if (workflow.root === undefined || (workflow.name !== undefined && workflow.name.value.trim() !== ''))
        continue;
      const edits =
        workflow.name === undefined
          ? nameEdit(workflow, nameFromFile(workflow.file.path), settings, workflows)
          : undefined;
      report({
        at: atTop(workflow),
        message: 'the workflow has no `name:`',
        ...(edits === undefined ? {} : { edits }),
      });
    }
  },
};
