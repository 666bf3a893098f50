import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from '../exchange.ts';
import { json, text } from '../exchange.ts';
import { answerStruck } from '../faults/answering.ts';
import type { TenantFault } from '../faults/schema.ts';
import type { World } from '../world.ts';
import { takeUp } from '../world.ts';
import type { Tenant } from './fleet.ts';

/** The prefix of the tenants below the simulator's address. */
export const tenantPrefix = '/t/';

const bodies = new Map<string, { readonly bytes: Buffer; readonly headers: string[] }>();

/** The answer for a SHA, made once: a fleet of 100,000 is read again and again. */
function buildinfo(sha: string): { readonly bytes: Buffer; readonly headers: string[] } {
  const known = bodies.get(sha);
  if (known !== undefined) return known;
  const bytes = Buffer.from(JSON.stringify({ git_sha: sha }));
  const made = {
    bytes,
    headers: ['Content-Type', 'application/json', 'Content-Length', String(bytes.length)],
  };
  if (bodies.size > 10_000) bodies.clear();
  bodies.set(sha, made);
  return made;
}

function answeredSha(tenant: Tenant): string {
  return tenant.settledAt !== 0 && Date.now() < tenant.settledAt ? tenant.formerSha : tenant.sha;
}

/** Serves `/t/<slug>/buildinfo` and `/t/<slug>/healthz`; the plain case without any detour. */
export async function serveTenant(world: World, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const url = req.url ?? '';
  const slash = url.indexOf('/', tenantPrefix.length);
  const slug = slash < 0 ? url.slice(tenantPrefix.length) : url.slice(tenantPrefix.length, slash);
  const { fleet, settings, faults } = world;
  const tenant = fleet.get(slug);
  world.journal.tenantReads += 1;
  if (tenant !== undefined) tenant.reads += 1;
  fleet.reading += 1;
  fleet.mostReading = Math.max(fleet.mostReading, fleet.reading);
  const plain =
    tenant !== undefined &&
    faults.tenantFaults === 0 &&
    !world.journalTenantReads &&
    settings.answerMs === 0 &&
    settings.plant === undefined &&
    url.endsWith('/buildinfo');
  if (plain) {
    const { bytes, headers } = buildinfo(answeredSha(tenant));
    res.writeHead(200, headers);
    res.end(bytes);
    fleet.reading -= 1;
    return;
  }
  try {
    await serveWithDetours(world, req, res, slug, url.slice(slash));
  } finally {
    fleet.reading -= 1;
  }
}

async function serveWithDetours(
  world: World,
  req: IncomingMessage,
  res: ServerResponse,
  slug: string,
  endpoint: string,
): Promise<void> {
  const path = req.url ?? '';
  const strike = world.faults.strike('tenant', { path, concerns: (other) => other === slug });
  const gone = strike.tenants.find((fault) => fault.kind === 'gone');
  const arrival = { req, res, method: req.method ?? 'GET', path, query: new URLSearchParams() };
  const exchange = world.journalTenantReads ? takeUp(world, arrival, 'tenant') : undefined;
  if (exchange !== undefined) {
    exchange.entry.slugs = [slug];
    world.journal.noticed(exchange.entry);
  }
  if (world.settings.answerMs > 0) await world.clock.sleep(world.settings.answerMs);
  if (gone?.kind === 'gone' && gone.status === undefined) {
    if (exchange !== undefined) exchange.entry.fault = 'gone';
    res.destroy();
    return;
  }
  const work = (): Promise<Answer> => Promise.resolve(tenantAnswer(world, slug, endpoint, strike.tenants));
  const unrecorded = { res, entry: {} };
  await answerStruck(exchange ?? unrecorded, strike, world.clock, work);
}

function tenantAnswer(world: World, slug: string, endpoint: string, faults: readonly TenantFault[]): Answer {
  let healthy = world.fleet.get(slug)?.healthy ?? false;
  let dev = false;
  let stale = false;
  for (const fault of faults) {
    if (fault.kind === 'gone') return text(fault.status ?? 404, 'no such tenant');
    if (fault.kind === 'moved') world.fleet.move(slug, fault.sha, 0);
    if (fault.kind === 'dev-build') dev = true;
    if (fault.kind === 'unhealthy') healthy = false;
    if (fault.kind === 'stale-success') stale = true;
  }
  const tenant = world.fleet.get(slug);
  if (tenant === undefined) return text(404, 'no such tenant');
  if (endpoint === '/healthz') return json(healthy ? 200 : 503, { ok: healthy });
  if (endpoint !== '/buildinfo') return text(404, 'not found');
  const sha = dev ? 'dev' : stale ? tenant.formerSha : answeredSha(tenant);
  const { plant } = world.settings;
  return json(200, { git_sha: sha, ...(plant === undefined ? {} : { environment: { TOKEN: plant } }) });
}
