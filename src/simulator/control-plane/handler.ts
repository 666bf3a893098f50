import type { Answer } from '../exchange.ts';
import { json, parseJson, readBody } from '../exchange.ts';
import { answerStruck } from '../faults/answering.ts';
import type { Strike } from '../faults/table.ts';
import type { JournalEntry } from '../journal.ts';
import type { Arrival, World } from '../world.ts';
import { takeUp } from '../world.ts';
import type { RedeployRequest } from './request.ts';
import { parseRedeploy } from './request.ts';
import { dryRun, redeploy } from './rollout.ts';

/** The prefix of the control plane below the simulator's address. */
export const controlPlanePrefix = '/cp/';
const redeployPath = '/cp/admin/tenants/redeploy-fleet';

/** Serves a call of the control plane. What a call has begun goes on when its client goes away. */
export async function serveControlPlane(world: World, arrival: Arrival): Promise<void> {
  const { req } = arrival;
  const exchange = takeUp(world, arrival, 'control-plane');
  const { entry } = exchange;
  entry.authorizationOk = req.headers.authorization === `Bearer ${world.controlPlane.token}`;
  const text = await readBody(req);
  const body = parseJson(text);
  const request = parseRedeploy(body);
  record(entry, req.headers['x-deploy-epoch'], req.headers['idempotency-key'], body, request);
  world.journal.noticed(entry);
  const asked = 'problem' in request ? undefined : request.only_slugs && new Set(request.only_slugs);
  const strike = world.faults.strike('control-plane', {
    path: entry.path,
    concerns: (slug) => asked?.has(slug) ?? world.fleet.has(slug),
    dryRun: entry.dryRun ?? false,
  });
  await answerStruck(exchange, strike, world.clock, async () => {
    if (!entry.authorizationOk) return json(401, { ok: false, error: 'unauthorized' });
    if (arrival.path !== redeployPath) return json(404, { ok: false, error: 'not found' });
    if (arrival.method !== 'POST') return json(405, { ok: false, error: 'method not allowed' });
    if ('problem' in request) return json(400, { ok: false, error: request.problem });
    return once(world, entry, text, () => fenced(world, entry, request, strike));
  });
}

function record(
  entry: JournalEntry,
  epoch: string | string[] | undefined,
  key: string | string[] | undefined,
  body: unknown,
  request: RedeployRequest | { readonly problem: string },
): void {
  if (body !== undefined) entry.body = body;
  if (typeof epoch === 'string' && /^\d+$/.test(epoch)) entry.epoch = Number(epoch);
  if (typeof key === 'string') entry.idempotencyKey = key;
  if ('problem' in request) return;
  entry.targetTag = request.target_tag;
  entry.dryRun = request.dry_run ?? false;
  if (request.only_slugs !== undefined) entry.slugs = request.only_slugs;
}

/** With `idempotent`, a repeated key gets the first answer, also while that is still in the making. */
async function once(
  world: World,
  entry: JournalEntry,
  body: string,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const { answers } = world.controlPlane;
  const key = entry.idempotencyKey;
  if (!world.settings.idempotent || key === undefined) return work();
  const known = answers.get(key);
  if (known === undefined) {
    const answer = work();
    answers.set(key, { body, answer });
    return answer;
  }
  if (known.body !== body) return json(422, { ok: false, error: 'idempotency key used for another request' });
  return known.answer;
}

async function fenced(
  world: World,
  entry: JournalEntry,
  request: RedeployRequest,
  strike: Strike,
): Promise<Answer> {
  const { settings, controlPlane } = world;
  if (entry.epoch !== undefined) {
    if (settings.fenceEpochs && entry.epoch < controlPlane.highestEpoch) {
      return json(409, { ok: false, error: `epoch ${entry.epoch} is below ${controlPlane.highestEpoch}` });
    }
    controlPlane.highestEpoch = Math.max(controlPlane.highestEpoch, entry.epoch);
  }
  const debug = settings.plant === undefined ? {} : { debug: { authorization: settings.plant } };
  if (request.dry_run === true) {
    const results = dryRun(world, request, strike);
    // Torn down right after it was listed (I-17).
    for (const fault of strike.tenants) {
      if (fault.kind === 'gone' && fault.slug !== undefined) world.fleet.remove(fault.slug);
    }
    return json(200, { ok: true, results, ...debug });
  }
  const results = await redeploy(world, entry, request, strike);
  const failed = results.filter((result) => !result.healthz_ok || result.verified_on_target === false).length;
  if (failed === 0) return json(200, { ok: true, results, ...debug });
  const error = `${failed} of ${results.length} tenants failed${settings.plant === undefined ? '' : ` (${settings.plant})`}`;
  return json(200, { ok: false, results, error, ...debug });
}
