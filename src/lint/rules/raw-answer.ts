import type { Rule } from '../rule.ts';
import type { Leak } from '../shell/flow.ts';
import { scriptTarget } from '../shell/script.ts';

export const rawAnswer: Rule = {
  id: 'raw-answer',
  title: 'No answer of the control plane, and no `error` field of one, is printed.',
  severity: 'error',
  hosts: ['gitea-1.22', 'gitea-1.26', 'forgejo', 'github'],
  why: 'Answers of the control plane and their `error` texts hold secrets, and CI logs and summaries are read by everyone who can read the repository (I-23).',
  fix: 'Write the answer to a file (`curl -o`), and print only counts, booleans, codes and slugs of it: `jq -r \'.results[] | "\\(.slug) \\(.healthz_ok)"\'`.',
  docs: 'The answer is followed through variables, files, pipes, functions, substitutions, `GITHUB_ENV`, `GITHUB_OUTPUT` and the outputs of jobs, to where it is printed: by `cat`, `jq .`, `echo "$RESP"`, `curl` without `-o` or with `-v`, `set -x`, in the log or in the step summary. jq programs are read: a program that prints only `ok`, `slug`, `phase`, `ssm_status`, `ssm_exit_code`, `healthz_ok`, `verified_on_target`, or what follows from a value without repeating it (`length`, a comparison), passes; an unknown field counts as raw. A request counts by its address, its URL variable or its token. Programs in other languages are not read. (I-23, SOP "Logging")',
  examples: {
    bad: {
      'redeploy.yml':
        'name: Redeploy staging\non:\n  push:\n    branches: [main]\njobs:\n  redeploy:\n    runs-on: ubuntu-latest\n    steps:\n      - env:\n          CP_URL: https://staging.example.com\n        run: |\n          curl -sS -o answer.json "$CP_URL/cp/admin/tenants/redeploy-fleet"\n          cat answer.json\n          jq -r \'.results[] | .error\' answer.json\n',
    },
    good: {
      'redeploy.yml':
        'name: Redeploy staging\non:\n  push:\n    branches: [main]\njobs:\n  redeploy:\n    runs-on: ubuntu-latest\n    steps:\n      - env:\n          CP_URL: https://staging.example.com\n        run: |\n          curl -sS -o answer.json "$CP_URL/cp/admin/tenants/redeploy-fleet"\n          jq -r \'.results[] | "\\(.slug) healthy: \\(.healthz_ok)"\' answer.json\n          jq -e .ok answer.json > /dev/null\n',
    },
  },
  check({ targets, flow, report }) {
    for (const workflow of targets) {
      for (const step of workflow.jobs.flatMap((job) => flow(job).steps)) {
        for (const leak of step.leaks) {
          const what = labelOf(leak);
          if (what !== undefined)
            report({ at: scriptTarget(leak.script, leak.pos, leak.end), message: messageFor(leak, what) });
        }
      }
    }
  },
};

function labelOf(leak: Leak): string | undefined {
  if (leak.labels.has('answer')) return "the control plane's raw answer";
  return leak.labels.has('error-field') ? "an `error` field of the control plane's answer" : undefined;
}

function messageFor(leak: Leak, what: string): string {
  if (leak.kind === 'trace') return `\`set -x\` prints ${what}: it traces every command with its values`;
  const where = leak.sink === 'summary' ? 'the step summary' : 'the log';
  if (leak.command === 'curl' || leak.command === 'wget')
    return `\`${leak.command}\` without \`-o\` prints ${what} to ${where}`;
  return `\`${leak.command}\` prints ${what} to ${where}`;
}
