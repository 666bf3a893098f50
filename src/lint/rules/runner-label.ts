import { at, type Rule } from '../rule.ts';

export const runnerLabel: Rule = {
  id: 'runner-label',
  title: 'Every label is one that a runner advertises.',
  severity: 'error',
  hosts: ['gitea-1.22', 'gitea-1.26', 'forgejo', 'github'],
  why: 'A job on a label no runner has waits for up to 24 hours and is cancelled then: seven jobs waited for ever because nobody had registered a runner for the lane (I-21).',
  fix: 'Register a runner with the label, or mend the label.',
  docs: 'Looked at only when the forge can be asked: `greenlane lint` reads the runners of the repository and its organisation when a forge is configured and its token is in the environment. Labels made by an expression are not looked at; on GitHub neither are those of hosted runners (`ubuntu-…`, `windows-…`, `macos-…`). (I-21)',
  examples: {
    bad: {
      '.runners': 'ubuntu-latest',
      'ci.yml':
        'name: CI\non: [push]\njobs:\n  image:\n    runs-on: arm64-large\n    steps:\n      - run: make image\n',
    },
    good: {
      '.runners': 'ubuntu-latest',
      'ci.yml':
        'name: CI\non: [push]\njobs:\n  image:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make image\n',
    },
  },
  check({ targets, runnerLabels, host, report }) {
    if (runnerLabels === undefined) return;
    const known = new Set(runnerLabels.map((label) => (label.split(':')[0] ?? label).toLowerCase()));
    for (const workflow of targets) {
      for (const job of workflow.jobs) {
        for (const label of job.runsOn) {
          if (label.value.includes('${{') || known.has(label.value.toLowerCase())) continue;
          if (host.id === 'github' && /^(ubuntu|windows|macos)-/.test(label.value)) continue;
          report({
            at: at(workflow, label.node),
            message: `no runner advertises the label \`${label.value}\` of job \`${job.id}\``,
          });
        }
      }
    }
  },
};
