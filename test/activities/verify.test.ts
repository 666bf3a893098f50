import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Enumerations } from '../../src/activities/enumeration.ts';
import { Fleets } from '../../src/activities/fleets.ts';
import { verifyFleet } from '../../src/activities/verify.ts';
import { settingsFor, type FleetConfig } from '../../src/config/fleet.ts';
import { startSimulator, type Simulator } from '../../src/simulator/index.ts';
import { configOf } from '../support/worker.ts';

/** More than one chunk of a thousand: an attempt that dies in the second is to be gone on with. */
const TENANTS = 1_100;
const BEHIND = 'tenant-0007';

let sim: Simulator;
let config: FleetConfig;
let fleets: Fleets;
let sha: string;
beforeAll(async () => {
  sim = await startSimulator({ tenants: TENANTS, answerMs: 300, journalTenantReads: true });
  sha = sim.forge.push();
  for (const slug of sim.tenants.fleet.slugs()) if (slug !== BEHIND) sim.tenants.fleet.move(slug, sha, 0);
  config = configOf('production', sim, {
    verify: { settle: '1s', interval: '200ms', concurrency: 256, timeout: '30s' },
  });
  fleets = new Fleets([config], {
    CP_ADMIN_API_TOKEN: sim.tokens.controlPlane,
    AUTO_SYNC_TOKEN: sim.tokens.forge,
  });
});
afterAll(async () => {
  await sim.close();
});

/** One attempt that finds what the one before it left; who was asked, in the order they were first asked. */
async function attempt(before: unknown, number: number) {
  const environment = new MockActivityEnvironment({
    attempt: number,
    heartbeatDetails: before,
    startToCloseTimeoutMs: 60_000,
  });
  const beats: unknown[] = [];
  environment.on('heartbeat', (details: unknown) => beats.push(structuredClone(details)));
  const from = sim.journal.calls('tenant').length;
  const settings = settingsFor(config, { fleet: 'production', kind: 'auto', sha, actor: 'a test' }, sha);
  const found = await environment.run(verifyFleet(fleets, new Enumerations()), {
    settings,
    unhealthy: [],
    stragglers: [],
  });
  const asked = sim.journal
    .calls('tenant')
    .slice(from)
    .map(({ path }) => path);
  return { found, beats, asked: new Set(asked) };
}

describe('the verification of a fleet', () => {
  it('goes on where the attempt before it was, by its heartbeats, and finds the same', async () => {
    const first = await attempt(undefined, 1);
    expect(first.asked.size).toBe(TENANTS);
    const halfway = first.beats.find((beat) => (beat as { asked?: number } | undefined)?.asked === 1_000);
    expect(halfway).toMatchObject({ asked: 1_000, left: [BEHIND] });
    const second = await attempt(halfway, 2);
    // Those of the second chunk, and the one of the first that was behind.
    expect(second.asked.size).toBe(TENANTS - 1_000 + 1);
    expect(second.found).toEqual(first.found);
    expect(second.found).toMatchObject({ total: TENANTS, onTarget: TENANTS - 1, counts: { stale: 1 } });
    // A place in another list says nothing of this one: everybody is asked.
    const other = await attempt({ ...(halfway as object), list: '0123456789abcdef', left: [] }, 2);
    expect(other.asked.size).toBe(TENANTS);
    expect(other.found).toEqual(first.found);
  });
});
