import { text } from '../config/environment.ts';
import { ForgeError } from '../forge/index.ts';
import { judgeGates } from '../rollout/gates.ts';
import { judgeKillSwitch } from '../rollout/kill-switch.ts';
import { oneLine } from '../safety/neutralise.ts';
import { fact, SOURCES, type Facts } from './facts.ts';
import { fail, ok, unknown, warn, type Check, type Finding } from './check.ts';

/** The forge, and how far each of its two tokens reaches. */
export function forgeChecks(facts: Facts): Check[] {
  return [
    { name: SOURCES.head, look: async () => head(facts) },
    { name: 'required contexts', look: async () => contexts(facts) },
    { name: 'posting statuses', look: async () => posting(facts) },
    { name: 'kill switch', look: async () => killSwitch(facts) },
  ];
}

async function head(facts: Facts): Promise<Finding> {
  const { repo, branch, forge } = facts.fleet.file;
  const missing = missingReadToken(facts);
  if (missing !== undefined) return missing;
  return ok(`${forge.kind} answers; ${branch} of ${repo} is at ${(await facts.head()).slice(0, 12)}`);
}

/** Each required context must have been posted on the branch's head, or no gate of that name ever turns green. */
async function contexts(facts: Facts): Promise<Finding> {
  const { required } = facts.fleet.file.gates;
  const sha = (await fact(SOURCES.head, facts.head)).slice(0, 12);
  const rows = await facts.statuses();
  const missing = judgeGates(rows, required).filter((gate) => gate.reported === 'missing');
  if (missing.length === 0) return ok(`all ${required.length} were seen on ${sha}`);
  const names = missing.map(({ context }) => `\`${context}\``).join(', ');
  if (rows.length === 0)
    return fail(
      `${sha} has no status at all`,
      'look whether CI ran for it; when it has just been pushed, run doctor again in a minute',
    );
  const seen = [...new Set(rows.map(({ context }) => context))]
    .slice(0, 5)
    .map((one) => `\`${oneLine(one, 80)}\``);
  return fail(
    `never posted on ${sha}: ${names}; seen are ${seen.join(', ')}`,
    'write gates.required as the forge spells them (docs/configuration.md), or look why the job did not run',
  );
}

/** The right to post is read from the repository; posting itself would be a side effect. */
async function posting(facts: Facts): Promise<Finding> {
  const missing = missingReadToken(facts);
  if (missing !== undefined) return missing;
  const { token } = facts.fleet.file.forge;
  switch (await facts.forge.mayPost({ signal: facts.signal })) {
    case true:
      return ok(`the owner of ${token} may write to the repository`);
    case false:
      return warn(
        `the owner of ${token} may only read`,
        'deploys work, but no commit status tells of them: give the owner write access',
      );
    case 'unknown':
      return warn(
        'the forge does not say whether statuses may be posted',
        'deploys work; look whether the next one posts `greenlane / <fleet>` on its commit',
      );
  }
}

/** Without the control token the start value alone counts; so much is a warning, not a failure (docs/steering.md). */
async function killSwitch(facts: Facts): Promise<Finding> {
  const { forge, killSwitch: configured } = facts.fleet.file;
  const { variable } = configured;
  if (text(facts.env, forge.controlToken) === undefined)
    return warn(
      `${forge.controlToken} is not set here`,
      `without it in the worker ${variable} is not read live: the start value alone counts, and turning the switch on does not stop a rollout`,
    );
  try {
    const reading = await facts.forge.variable(variable, { signal: facts.signal });
    const { on, why, warning } = judgeKillSwitch(variable, false, reading);
    if (warning !== undefined)
      return warn(
        `${variable} cannot be read: ${forge.controlToken} lacks the right (403)`,
        'the start value alone counts: use a token of the repository’s owner',
      );
    return on
      ? warn(why, `every auto deploy ends \`disabled\` until ${variable} is off or deleted`)
      : ok(`${why}; it can be read live`);
  } catch (error) {
    if (error instanceof ForgeError)
      return fail(error.message, 'until it can be read every deploy stops before its first call (I-07)');
    throw error;
  }
}

function missingReadToken({ env, fleet }: Facts): Finding | undefined {
  const { token } = fleet.file.forge;
  return text(env, token) === undefined
    ? unknown(
        `${token} is not set here`,
        `the worker needs it to read statuses and branches: no deploy gets past its gates without it; run doctor where it is set`,
      )
    : undefined;
}
