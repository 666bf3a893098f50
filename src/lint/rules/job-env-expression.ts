import { embeddedExpressions, pathsOf } from '../expression/embedded.ts';
import type { Rule } from '../rule.ts';

export const jobEnvExpression: Rule = {
  id: 'job-env-expression',
  title: 'No `env:` of a job uses `${{ env.X }}`.',
  severity: 'error',
  hosts: ['gitea-1.22', 'gitea-1.26', 'forgejo', 'github'],
  why: (host) =>
    host.id === 'gitea-1.22' || host.id === 'gitea-1.26'
      ? 'The `env` context is not there yet when the job is made: the variable arrives as the literal text `${{ env.X }}` (I-25).'
      : `${host.label} has no \`env\` context in the \`env:\` of a job: the variable comes out empty, or the file is refused.`,
  fix: 'Write the value out, take it from `vars`, or set the variable in the `env:` of the step.',
  docs: "Values of `jobs.<id>.env` are looked at, with `env.X` and `env['X']` anywhere in their expressions. At the top of the workflow and in steps the context is there. (I-25)",
  examples: {
    bad: {
      'ci.yml':
        'name: CI\non: [push]\nenv:\n  REGION: eu\njobs:\n  test:\n    runs-on: ubuntu-latest\n    env:\n      BUCKET: cache-${{ env.REGION }}\n    steps:\n      - run: make test\n',
    },
    good: {
      'ci.yml':
        'name: CI\non: [push]\nenv:\n  REGION: eu\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n        env:\n          BUCKET: cache-${{ env.REGION }}\n',
    },
  },
  check({ targets, report }) {
    for (const workflow of targets) {
      for (const job of workflow.jobs) {
        for (const { name, text } of job.env) {
          for (const embedded of text === undefined ? [] : embeddedExpressions(text.value)) {
            if (text === undefined || embedded.expression === undefined) continue;
            if (!pathsOf(embedded.expression).some(([context]) => context === 'env')) continue;
            report({
              at: { workflow, start: text.offset(embedded.start), end: text.offset(embedded.end - 1) + 1 },
              message: `\`${name}\` of job \`${job.id}\` uses \`\${{ ${embedded.source} }}\`, which is not filled in at job level`,
            });
          }
        }
      }
    }
  },
};
