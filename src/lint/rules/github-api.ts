import { at, type Rule, type Target } from '../rule.ts';
import { scriptTarget } from '../shell/script.ts';
import type { Value } from '../shell/value.ts';

const ADDRESS = 'https://api.github.com';
const SERVER_NAMES = /^(GITHUB|GITEA|FORGEJO)_(API|SERVER)_URL$/;
const PRINTERS = /^(echo|printf|:|test|\[|true|grep|tee|cat)$/;

export const githubApi: Rule = {
  id: 'github-api',
  title: '`https://api.github.com` is not written out where the server is another.',
  severity: 'warning',
  hosts: ['gitea-1.22', 'gitea-1.26', 'forgejo'],
  why: 'The commit, the token and the statuses of this run live on this forge: a call to api.github.com asks a server that knows none of them, and sends it the token.',
  fix: 'Build the address from `$GITHUB_API_URL` or `$GITHUB_SERVER_URL`, which the runner sets to this forge.',
  docs: 'Looked for in the words of commands, in assignments, in `env:` and in `with:`. A default beside the server variable, `${GITHUB_API_URL:-https://api.github.com}`, passes; so does a text that is only printed.',
  examples: {
    bad: {
      'notes.yml':
        'name: Notes\non: [push]\njobs:\n  notes:\n    runs-on: ubuntu-latest\n    steps:\n      - run: curl -fsS -o out.json "https://api.github.com/repos/acme/core/releases"\n',
    },
    good: {
      'notes.yml':
        'name: Notes\non: [push]\njobs:\n  notes:\n    runs-on: ubuntu-latest\n    steps:\n      - run: curl -fsS -o out.json "$GITHUB_API_URL/repos/acme/core/releases"\n',
    },
  },
  check({ targets, flow, report }) {
    const tell = (value: Value, target: Target) => {
      if (!value.text.includes(ADDRESS) || [...value.names].some((name) => SERVER_NAMES.test(name)))
        return false;
      report({ at: target, message: `\`${ADDRESS}\` is written out without a server URL` });
      return true;
    };
    for (const workflow of targets) {
      if (!workflow.file.text.includes(ADDRESS)) continue;
      for (const { owner, text } of environmentTexts(workflow)) {
        if (text.value.includes(ADDRESS) && !/(api|server)_url/i.test(text.value))
          tell({ text: text.value, labels: new Set(), names: new Set() }, at(owner, text.node));
      }
      for (const step of workflow.jobs.flatMap((job) => flow(job).steps)) {
        for (const entry of step.step.inputs) {
          const value = step.inputs.get(entry.name);
          if (value !== undefined) tell(value, at(workflow, entry.value));
        }
        const told = new Set<number>();
        for (const run of step.commands) {
          if (PRINTERS.test(run.name) || told.has(run.pos)) continue;
          const written = run.script.source.slice(run.pos, run.end).includes(ADDRESS);
          if (written && run.words.some((word) => tell(word, scriptTarget(run.script, run.pos, run.end))))
            told.add(run.pos);
        }
        const { script } = step;
        if (script === undefined) continue;
        for (const { value, pos, end } of step.assignments) tell(value, scriptTarget(script, pos, end));
      }
    }
  },
};

function environmentTexts(workflow: Parameters<typeof at>[0]) {
  const levels = [
    workflow.env,
    ...workflow.jobs.flatMap((job) => [job.env, ...job.steps.map((step) => step.env)]),
  ];
  return levels.flatMap((level) =>
    level.flatMap(({ text }) => (text === undefined ? [] : [{ owner: workflow, text }])),
  );
}
