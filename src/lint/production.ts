import { at, type Target } from './rule.ts';
import { scriptTarget } from './shell/script.ts';
import type { CommandRun, JobFlow, StepFlow } from './shell/flow.ts';
import { commandName } from './shell/unwrap.ts';
import type { Value } from './shell/value.ts';
import type { ProductionSettings } from './settings.ts';
import type { Step } from './workflow/model.ts';
import { hasOrigin } from './control-plane.ts';

/** One place of a job that redeploys production. */
export interface Deploy {
  readonly step: Step;
  /** `greenlane`: by Greenlane, which brings kill switch, rollback and pins of its own. */
  readonly kind: 'greenlane' | 'command' | 'request' | 'action';
  /** What is said of it in a message: `greenlane deploy`, the endpoint, the action. */
  readonly label: string;
  readonly at: Target;
  /** Whether a `timeout` or an option of its own bounds it. */
  readonly bounded: boolean;
}

/** Commands that only look at a text or print it. */
const HARMLESS = new Set(
  'echo printf : true false test [ [[ grep egrep fgrep rg sed awk jq cat head tail export declare local readonly typeset read set unset exit return logger tee cd'.split(
    ' ',
  ),
);
const RUNNERS = new Set([
  'npx',
  'pnpm',
  'yarn',
  'bunx',
  'npm',
  'node',
  'bun',
  'deno',
  'python',
  'python3',
  'bash',
  'sh',
  'docker',
  'podman',
  'uv',
  'pipx',
]);
const INTERPRETERS = /^(python3?|node|deno|bun|ruby|perl|php|bash|sh)$/;

/** The places of a job that redeploy production, in order (docs/lint.md, "Production"). */
export function deploysOf(flow: JobFlow, production: ProductionSettings): Deploy[] {
  return flow.steps.flatMap((step) => [
    ...actionDeploys(step, production),
    ...step.commands.flatMap((run) => commandDeploy(step.step, run, production) ?? []),
  ]);
}

function actionDeploys(flow: StepFlow, production: ProductionSettings): Deploy[] {
  const { step } = flow;
  if (step.uses === undefined) return [];
  const action = step.uses.value.split('@')[0] ?? '';
  const input = [...flow.inputs.values()].find((value) =>
    production.endpoints.some((endpoint) => value.text.includes(endpoint)),
  );
  const deploys =
    production.actions.includes(action) || (input !== undefined && !isOtherStage([input], production));
  return deploys
    ? [
        {
          step,
          kind: 'action',
          label: step.uses.value,
          at: at(step.job.workflow, step.uses.node),
          bounded: false,
        },
      ]
    : [];
}

function commandDeploy(step: Step, run: CommandRun, production: ProductionSettings): Deploy | undefined {
  const found = commandKind(run, production);
  if (found === undefined || isOtherStage(run.words, production) || isDryRun(run)) return undefined;
  const bounded =
    run.bounded || (found.kind === 'greenlane' && run.words.some(({ text }) => /^--timeout(=|$)/.test(text)));
  return { step, ...found, at: scriptTarget(run.script, run.pos, run.end), bounded };
}

function commandKind(
  run: CommandRun,
  production: ProductionSettings,
): Pick<Deploy, 'kind' | 'label'> | undefined {
  if (HARMLESS.has(run.name)) return undefined;
  const command = production.commands.find((candidate) => isCommand(run, candidate.split(/\s+/)));
  if (command !== undefined)
    return { kind: command.startsWith('greenlane') ? 'greenlane' : 'command', label: command };
  const texts = INTERPRETERS.test(run.name) ? [...run.words, run.stdin] : run.words;
  const endpoint = production.endpoints.find((path) => texts.some(({ text }) => text.includes(path)));
  return endpoint === undefined ? undefined : { kind: 'request', label: endpoint };
}

/** Whether a command line is this command: by name, through a runner such as `npx`, or as Greenlane's own bundle. */
function isCommand(run: CommandRun, command: readonly string[]): boolean {
  const plain = run.words.filter(
    ({ text }, index) =>
      !text.startsWith('-') && !/^(--config|--fleet|-c)$/.test(run.words[index - 1]?.text ?? ''),
  );
  const own = (word: Value | undefined) =>
    commandName(word) === command[0] ||
    (command[0] === 'greenlane' && run.name === 'node' && /(^|\/)dist\/cli\.js$/.test(word?.text ?? ''));
  const start = plain.findIndex((word, index) => (index === 0 || RUNNERS.has(run.name)) && own(word));
  if (start === -1) return false;
  return command.slice(1).every((word, index) => plain[start + 1 + index]?.text === word);
}

/** A staging control plane is somebody else's business, unless the text names production's as well. */
function isOtherStage(words: readonly Value[], production: ProductionSettings): boolean {
  if (words.some(({ text }) => production.controlPlaneUrls.some((url) => hasOrigin(text, url)))) return false;
  return words.some(({ text, names }, index) => {
    const addressed =
      /:\/\//.test(text) ||
      production.endpoints.some((path) => text.includes(path)) ||
      /^--fleet(=|$)/.test(words[index - 1]?.text ?? text);
    if (!addressed) return false;
    const marks = [text, ...names].join(' ').toLowerCase();
    return production.otherStages.some((stage) => marks.includes(stage.toLowerCase()));
  });
}

function isDryRun(run: CommandRun): boolean {
  return [...run.words, run.stdin].some(
    ({ text }) => text === '--dry-run' || /["']?dry_run["']?\s*[:=]\s*true\b/.test(text),
  );
}
