import { z } from 'zod';
import type { Answer } from '../exchange.ts';
import { json, parseJson, readBody, send } from '../exchange.ts';
import { faultSchema } from '../faults/schema.ts';
import type { ForgeControl } from '../forge/control.ts';
import type { Arrival, World } from '../world.ts';
import { journalAnswer, stateAnswer } from './views.ts';

type Command = (world: World, forge: ForgeControl, body: unknown) => unknown;

const statusBody = z.strictObject({
  sha: z.string(),
  context: z.string(),
  state: z.string(),
  description: z.string().optional(),
});
const checkRunBody = z.strictObject({
  sha: z.string(),
  name: z.string(),
  status: z.string(),
  conclusion: z.string().nullable().optional(),
});
const commitBody = z.strictObject({
  parent: z.union([z.string(), z.array(z.string())]).optional(),
  sha: z.string().optional(),
  message: z.string().optional(),
  /** Moves the branch to the new commit; default true. */
  push: z.boolean().optional(),
});
const pushBody = z.strictObject({ sha: z.string(), branch: z.string().optional() });
const variableBody = z.strictObject({
  scope: z.enum(['repo', 'org']),
  name: z.string(),
  value: z.string().nullable(),
});
/** `sha: null` tears the tenant down; an unknown slug with a SHA is a new tenant. */
const tenantBody = z.strictObject({ slug: z.string(), sha: z.string().nullable() });
/** `sha: null` withholds the tag. */
const tagBody = z.strictObject({ tag: z.string(), sha: z.string().nullable() });
const settingsBody = z
  .strictObject({
    perTenantMs: z.number().nonnegative(),
    settleMs: z.number().nonnegative(),
    answerMs: z.number().nonnegative(),
    idempotent: z.boolean(),
    fenceEpochs: z.boolean(),
    oldControlPlane: z.boolean(),
    registryAuth: z.boolean(),
    clockSkewMs: z.number(),
  })
  .partial();

const commands: Readonly<Record<string, Command>> = {
  'POST /__sim/fault': (world, _forge, body) => ({ id: world.faults.add(faultSchema.parse(body)) }),
  'GET /__sim/fault': (world) => world.faults.list(),
  'DELETE /__sim/fault': (world) => {
    world.faults.clear();
    return {};
  },
  'POST /__sim/status': (_world, forge, body) => {
    const { sha, context, state, description } = statusBody.parse(body);
    return forge.setStatus(sha, context, state, description === undefined ? {} : { description });
  },
  'POST /__sim/check-run': (_world, forge, body) => {
    const { sha, name, status, conclusion } = checkRunBody.parse(body);
    return forge.setCheckRun(sha, name, status, conclusion ?? null);
  },
  'POST /__sim/commit': (_world, forge, body) => {
    const { push, parent, sha, message } = commitBody.parse(body ?? {});
    const made = forge.commit({
      ...(parent === undefined ? {} : { parent }),
      ...(sha === undefined ? {} : { sha }),
      ...(message === undefined ? {} : { message }),
    });
    return { sha: push === false ? made : forge.push(made) };
  },
  'POST /__sim/push': (_world, forge, body) => {
    const { sha, branch } = pushBody.parse(body);
    return { sha: forge.push(sha, branch) };
  },
  'POST /__sim/variable': (_world, forge, body) => {
    const { scope, name, value } = variableBody.parse(body);
    forge.setVariable(scope, name, value ?? undefined);
    return {};
  },
  'POST /__sim/tenant': (world, _forge, body) => {
    const { slug, sha } = tenantBody.parse(body);
    if (sha === null) world.fleet.remove(slug);
    else if (world.fleet.has(slug)) world.fleet.move(slug, sha, 0);
    else world.fleet.add(slug, sha);
    return {};
  },
  'POST /__sim/tag': (world, _forge, body) => {
    const { tag, sha } = tagBody.parse(body);
    if (sha === null) world.registry.withhold(tag);
    else world.registry.publish(tag, sha);
    return {};
  },
  'POST /__sim/settings': (world, _forge, body) => Object.assign(world.settings, settingsBody.parse(body)),
  'DELETE /__sim/journal': (world) => {
    world.journal.clear();
    return {};
  },
};

/** The admin API: what tests do with the object, for other processes. Not in the journal, and never struck. */
export function serveAdminWith(world: World, forge: ForgeControl): (arrival: Arrival) => Promise<void> {
  return async (arrival) => {
    const body = parseJson(await readBody(arrival.req));
    send(arrival.res, administer(world, forge, arrival, body));
  };
}

function administer(world: World, forge: ForgeControl, arrival: Arrival, body: unknown): Answer {
  const { method, path, query } = arrival;
  if (method === 'GET' && path === '/__sim/state') return stateAnswer(world, forge, query);
  if (method === 'GET' && path === '/__sim/journal') return journalAnswer(world, query);
  if (method === 'GET' && path === '/__sim/posted') {
    return guarded(() => forge.statusesPosted(query.get('sha') ?? ''));
  }
  const fault = /^\/__sim\/fault\/(\d+)$/.exec(path)?.[1];
  if (method === 'DELETE' && fault !== undefined) {
    return json(world.faults.remove(Number(fault)) ? 200 : 404, {});
  }
  const command = commands[`${method} ${path}`];
  if (command === undefined) return json(404, { error: `no such command: ${method} ${path}` });
  return guarded(() => command(world, forge, body));
}

/** A command that cannot be understood or carried out is a 400 that says why. */
function guarded(work: () => unknown): Answer {
  try {
    return json(200, work());
  } catch (error) {
    const why =
      error instanceof z.ZodError
        ? z.prettifyError(error)
        : error instanceof Error
          ? error.message
          : 'unknown';
    return json(400, { error: why });
  }
}
