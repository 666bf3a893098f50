import { atKey, type Rule } from '../rule.ts';
import { trigger } from '../workflow/model.ts';

export const dispatchInputs: Rule = {
  id: 'dispatch-inputs',
  title: 'A workflow has no `workflow_dispatch.inputs`.',
  severity: 'error',
  hosts: ['gitea-1.22'],
  why: 'Gitea 1.22 cannot read a trigger with inputs and drops the whole file, its `push` trigger included: no run, no status, no message.',
  fix: 'Take the inputs out. Read what they carried from an Actions variable, or start it with a Greenlane command.',
  docs: 'Every form counts: a mapping of inputs, an empty one, and the bare key with no value. The file is dropped when it is parsed, so nothing in the web interface hints at it; required contexts from it stay missing for ever.',
  examples: {
    bad: {
      'redeploy.yml':
        'name: Redeploy\non:\n  push:\n    branches: [main]\n  workflow_dispatch:\n    inputs:\n      tag:\n        description: Image tag\njobs:\n  notes:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make notes\n',
    },
    good: {
      'redeploy.yml':
        'name: Redeploy\non:\n  push:\n    branches: [main]\njobs:\n  notes:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make notes\n        env:\n          TAG: ${{ vars.TAG }}\n',
    },
  },
  check({ targets, report }) {
    for (const workflow of targets) {
      const inputs = workflow.tree.entry(trigger(workflow, 'workflow_dispatch')?.entry?.value, 'inputs');
      if (inputs !== undefined) {
        report({
          at: atKey(workflow, inputs.key),
          message: '`workflow_dispatch.inputs` makes this host drop the whole file',
        });
      }
    }
  },
};
