import { at, type Rule } from '../rule.ts';

export const unlabelledCall: Rule = {
  id: 'unlabelled-call',
  title: 'A job that calls a workflow says which runner takes it.',
  severity: 'error',
  hosts: ['gitea-1.22'],
  why: 'A job with `uses:` and no `runs-on:` has no label, so any runner may take it: also one of the lane, where it keeps a deploy waiting (I-22).',
  fix: 'Add `runs-on:` to the job.',
  docs: 'Gitea 1.22 runs the called workflow inside one job of the caller, on the runner the caller asks for.',
  examples: {
    bad: { 'ci.yml': 'name: CI\non: [push]\njobs:\n  build:\n    uses: ./.gitea/workflows/build.yml\n' },
    good: {
      'ci.yml':
        'name: CI\non: [push]\njobs:\n  build:\n    runs-on: ubuntu-latest\n    uses: ./.gitea/workflows/build.yml\n',
    },
  },
  check({ targets, report }) {
    for (const workflow of targets) {
      for (const job of workflow.jobs) {
        if (job.uses === undefined || job.runsOn.length > 0) continue;
        report({
          at: at(workflow, job.uses.node),
          message: `job \`${job.id}\` has \`uses:\` and no \`runs-on:\``,
        });
      }
    }
  },
};
