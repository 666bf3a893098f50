import { isMap } from 'yaml';
import { at, atTop, type Rule } from '../rule.ts';
import { entryOf } from '../workflow/model.ts';

export const notAWorkflow: Rule = {
  id: 'not-a-workflow',
  title: 'A file in the workflow directory is a workflow.',
  severity: 'error',
  hosts: ['gitea-1.22', 'gitea-1.26', 'forgejo', 'github'],
  why: 'The host skips a file it cannot take for a workflow: what it was meant to run never runs, and its contexts stay missing.',
  fix: 'Give the file `on:` and `jobs:`, or move it out of the directory.',
  docs: 'Told are: an empty file, a file whose top is no mapping, one without `on:` or without jobs, and one with several YAML documents, of which only the first is read.',
  examples: {
    bad: { 'notes.yml': '- build\n- test\n' },
    good: {
      'notes.yml':
        'name: Notes\non: [push]\njobs:\n  notes:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make notes\n',
    },
  },
  check({ targets, report }) {
    for (const workflow of targets) {
      const { documents, document } = workflow.tree.parsed;
      const contents = document.contents;
      if (workflow.root === undefined) {
        const empty = contents === null || (contents as { value?: unknown }).value === null;
        report({
          at: atTop(workflow),
          message: empty ? 'the file is empty' : 'the top of the file is no mapping',
        });
        continue;
      }
      if (documents > 1)
        report({
          at: atTop(workflow),
          message: `the file holds ${documents} YAML documents; only the first is read`,
        });
      if (workflow.triggers.length === 0)
        report({ at: atTop(workflow), message: 'the workflow has no `on:`, so nothing starts it' });
      const jobs = entryOf(workflow, 'jobs');
      if (jobs === undefined) report({ at: atTop(workflow), message: 'the workflow has no `jobs:`' });
      else if (isMap(jobs.value) ? jobs.value.items.length === 0 : jobs.value === null) {
        report({ at: at(workflow, jobs.key), message: '`jobs:` is empty' });
      }
    }
  },
};
