import picomatch from 'picomatch';
import { at, type Rule } from '../rule.ts';

export const unservedAction: Rule = {
  id: 'unserved-action',
  title: "A short action reference is one the host's default actions URL serves.",
  severity: 'error',
  hosts: ['gitea-1.22', 'gitea-1.26', 'forgejo'],
  why: 'A reference without a host is cloned from the default actions URL of the instance; what is not served there fails the job before its first step.',
  fix: 'Mirror the action, name it by a full URL, or add it to `lint.servedActions` once it is served.',
  docs: 'Looks only when `lint.servedActions` lists globs of what is served, for example `actions/*`: the linter does not ask the instance. Versions are not compared.',
  examples: {
    bad: {
      'greenlane.yaml': 'lint:\n  servedActions: ["actions/*"]\n',
      'ci.yml':
        'name: CI\non: [push]\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: docker/build-push-action@v6\n',
    },
    good: {
      'greenlane.yaml': 'lint:\n  servedActions: ["actions/*"]\n',
      'ci.yml':
        'name: CI\non: [push]\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - uses: https://github.com/docker/build-push-action@v6\n',
    },
  },
  check({ targets, settings, report }) {
    const served = settings.servedActions;
    if (served === undefined) return;
    const isServed = picomatch([...served]);
    for (const workflow of targets) {
      for (const step of workflow.jobs.flatMap((job) => job.steps)) {
        const uses = step.uses;
        if (uses === undefined || !/^[\w-][\w.-]*\/[\w.-]+(\/[^@\s]+)?(@\S+)?$/.test(uses.value)) continue;
        const action = (uses.value.split('@')[0] ?? '').split('/').slice(0, 2).join('/');
        if (!isServed(action))
          report({
            at: at(workflow, uses.node),
            message: `\`uses: ${uses.value}\` is not served by the default actions URL`,
          });
      }
    }
  },
};
