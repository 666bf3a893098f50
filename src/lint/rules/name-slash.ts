import { at, type Rule } from '../rule.ts';
import { nameEdit } from './naming.ts';

export const nameSlash: Rule = {
  id: 'name-slash',
  title: 'The name of a workflow holds no `/`.',
  severity: 'error',
  hosts: ['gitea-1.22', 'gitea-1.26', 'forgejo'],
  why: 'A status context is `<workflow name> / <job name> (<event>)`: a slash in the first part makes it read as another workflow and job, and required contexts match the wrong one or none.',
  fix: 'Use another separator, such as ` - `, and change the required contexts that name this workflow with it.',
  docs: 'Only `name:` of the workflow is looked at; job names may hold slashes. `--fix` renames the workflow unless a required context begins with its present name: then the gate must be renamed in the same change, by a person.',
  examples: {
    bad: {
      'scan.yml':
        'name: Security / Secrets\non: [push]\njobs:\n  scan:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make scan\n',
    },
    good: {
      'scan.yml':
        'name: Security - Secrets\non: [push]\njobs:\n  scan:\n    name: Diff / history\n    runs-on: ubuntu-latest\n    steps:\n      - run: make scan\n',
    },
  },
  check({ targets, settings, workflows, report }) {
    for (const workflow of targets) {
      const name = workflow.name;
      if (name === undefined || !name.value.includes('/')) continue;
      const renamed = name.value.replace(/\s*\/\s*/g, ' - ').trim();
      const edits = nameEdit(workflow, renamed, settings, workflows);
      report({
        at: at(workflow, name.node),
        message: `the workflow name \`${name.value}\` holds a \`/\``,
        ...(edits === undefined ? {} : { edits }),
      });
    }
  },
};
