import { describe, expect, it } from 'vitest';
import { chooseFleet, fleetConfig, settingsFor, type FleetConfig } from '../../src/config/fleet.ts';
import { readEnvironment } from '../../src/config/environment.ts';
import { fileSchema } from '../../src/config/root.ts';
import { ConfigurationError } from '../../src/errors.ts';
import type { DeployRequest, RequestedChanges } from '../../src/rollout/request.ts';

const SHA = '2863380'.padEnd(40, 'a');
const FILE = 'greenlane.yaml';
const fleet = (more: object = {}) => ({
  repo: 'acme/core',
  forge: { kind: 'gitea', url: 'https://git.example' },
  controlPlane: { url: 'https://cp.example' },
  tenants: { buildinfoUrl: 'https://{slug}.example/buildinfo' },
  gates: { required: ['CI / a (push)', 'CI / b (push)'], timeout: '60m', poll: '15s' },
  ...more,
});
const file = (fleets: Record<string, object>) => fileSchema.parse({ fleets });

function config(more: object = {}, env: Record<string, string> = {}): FleetConfig {
  return fleetConfig(file({ production: fleet(more) }), FILE, 'production', readEnvironment(env));
}

function settings(of: FleetConfig, changes: RequestedChanges = {}, request: Partial<DeployRequest> = {}) {
  return settingsFor(of, { fleet: 'production', kind: 'auto', actor: 'ci', changes, ...request }, SHA);
}

describe('the fleet a command means', () => {
  it.each([
    [['production', 'staging'], undefined, 'production'],
    [['staging'], undefined, 'staging'],
    [['production', 'staging'], 'staging', 'staging'],
  ])('of %j with --fleet %s is %s', (names, asked, chosen) => {
    const all = file(Object.fromEntries(names.map((name) => [name, fleet()])));
    expect(chooseFleet(all, FILE, asked)).toBe(chosen);
  });

  it('is asked for where none stands out, and one that is not there is refused, naming those there are', () => {
    const all = file({ staging: fleet(), europe: fleet() });
    expect(() => chooseFleet(all, FILE)).toThrow(/which fleet\? Name one with --fleet: staging, europe/);
    for (const name of ['prod', 'constructor', '__proto__', ''])
      expect(() => chooseFleet(all, FILE, name)).toThrow(/there is no fleet .*there is staging, europe/);
  });
});

describe('the environment', () => {
  const env = { PROD_CP_URL: 'https://cp.test', PROD_AUTO_DEPLOY_BATCH_SIZE: '7' };
  const of = (names: string[], name: string) =>
    fleetConfig(
      file(Object.fromEntries(names.map((one) => [one, fleet()]))),
      FILE,
      name,
      readEnvironment(env),
    );

  it('speaks of the default fleet, and never of another', () => {
    expect(of(['production', 'staging'], 'production').file.rollout.batchSize).toBe(7);
    expect(of(['staging'], 'staging').file.rollout.batchSize).toBe(7);
    const other = of(['production', 'staging'], 'staging');
    expect([other.file.rollout.batchSize, other.file.controlPlane.url]).toEqual([3, 'https://cp.example']);
  });

  it('never changes which origin is production', () => {
    const { controlPlane } = of(['production'], 'production').file;
    expect(controlPlane).toMatchObject({ url: 'https://cp.test', productionUrl: 'https://cp.example' });
  });
});

describe('what a start may change', () => {
  it('adds required contexts, each once, and takes none away', () => {
    const { required } = settings(config(), { alsoRequired: ['CI / c (push)', 'CI / a (push)'] });
    expect(required).toEqual(['CI / a (push)', 'CI / b (push)', 'CI / c (push)']);
    expect(settings(config(), { alsoRequired: [] }).required).toEqual(['CI / a (push)', 'CI / b (push)']);
  });

  it('is soak, batch size, canary and stragglers without asking', () => {
    const changes = { soakMs: 5_000, batchSize: 9, canary: 'acme', maxStragglers: 2 };
    expect(settings(config(), changes)).toMatchObject(changes);
  });

  const guarded: [RequestedChanges, string][] = [
    [{ targetTag: 'staging-0123456' }, 'targetTag'],
    [{ settleMs: 1_000 }, 'verifyBudget'],
    [{ intervalMs: 1_000 }, 'verifyInterval'],
    [{ gateTimeoutMs: 1_000 }, 'gateTimeout'],
    [{ gatePollMs: 1_000 }, 'gatePoll'],
  ];

  it.each(guarded)('is %j only where the worker’s overrides allow %s', (changes, override) => {
    expect(() => settings(config(), changes)).toThrow(ConfigurationError);
    expect(() => settings(config(), changes)).toThrow(new RegExp(`may not change \`${override}\``));
    const others = guarded.map(([, name]) => name).filter((name) => name !== override);
    expect(() => settings(config({ overrides: others }), changes)).toThrow(ConfigurationError);
    const allowed = settings(config({ overrides: [override] }), changes);
    const { targetTag, ...rest } = changes;
    expect(allowed).toMatchObject({ ...rest, ...(targetTag === undefined ? {} : { tag: targetTag }) });
  });

  it('may be what the worker has already: a CI step carries the same variables', () => {
    const own = settings(config());
    const { settleMs, intervalMs, gateTimeoutMs, gatePollMs } = own;
    const same = { settleMs, intervalMs, gateTimeoutMs, gatePollMs, targetTag: own.tag };
    expect(settings(config(), same)).toEqual(own);
  });

  it('can turn the kill switch and the dry run on, never off', () => {
    const on = config({}, { PROD_AUTO_DEPLOY_DISABLED: 'true', PROD_AUTO_DEPLOY_DRY_RUN: 'true' });
    const off = { disabled: false, dryRun: false };
    expect(settings(on, {}, off)).toMatchObject({ disabledAtStart: true, dryRun: true });
    const asked = { disabled: true, dryRun: true };
    expect(settings(config(), {}, asked)).toMatchObject({ disabledAtStart: true, dryRun: true });
  });

  it('I-28: is never a tag that names no commit, wherever it comes from', () => {
    const everything = { overrides: guarded.map(([, name]) => name) };
    expect(() => settings(config(everything), { targetTag: 'latest' })).toThrow(/I-28/);
    expect(() => settings(config({}, { PROD_AUTO_DEPLOY_TARGET_TAG: 'latest' }))).toThrow(/I-28/);
    expect(() => settings(config(), {}, { kind: 'rollback', tag: 'latest' })).toThrow(/I-28/);
  });
});
