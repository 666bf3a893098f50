import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, parseDocument, stringify } from 'yaml';
import { Fleets } from '../../src/activities/fleets.ts';
import { AGGREGATE_CONTEXT } from '../../src/config/defaults.ts';
import { closuresOf } from '../../src/config/closures.ts';
import { readEnvironment } from '../../src/config/environment.ts';
import { parseConfig } from '../../src/config/file.ts';
import { fleetConfig, settingsFor, type FleetConfig } from '../../src/config/fleet.ts';
import type { DeployRequest } from '../../src/rollout/request.ts';
import { deployRequest } from '../../src/activities/request-schema.ts';
import { fuzz, FUZZ_TIMEOUT_MS } from './fuzz.ts';
import { anything, mutated, mutatedJson, mutatedText } from './mutations.ts';
import { read } from './oracles.ts';

const example = readFileSync(new URL('../../greenlane.yaml', import.meta.url), 'utf8');
const everything = {
  fleets: {
    production: {
      repo: 'acme/core',
      branch: 'main',
      forge: { kind: 'gitea', url: 'https://git.example', token: 'AUTO_SYNC_TOKEN' },
      controlPlane: { url: 'https://api.example', productionUrl: 'https://api.example' },
      tenants: { buildinfoUrl: 'https://{slug}.example/buildinfo' },
      gates: { required: ['CI / test (push)', 'CI / all-required (push)'], timeout: '60m', poll: '15s' },
      rollout: { tag: 'staging-{sha7}', canary: 'hongming', batchSize: 3, soak: 0, maxStragglers: 1 },
      verify: { settle: '240s', interval: 20, concurrency: 64, timeout: '10s' },
      killSwitch: { variable: 'PROD_AUTO_DEPLOY_DISABLED' },
      supersede: 'head',
      approval: { required: true, timeout: '1.5h' },
      freeze: { windows: [{ days: ['fri'], from: '18:00', to: '08:00', timeZone: 'Europe/Berlin' }] },
      registry: { url: 'https://registry.example', image: 'acme/core', pointer: 'current' },
      notify: [{ kind: 'slack', url: 'SLACK_URL', on: ['failed'] }],
      overrides: ['targetTag'],
    },
    staging: {
      repo: 'acme/core',
      forge: { kind: 'github', url: 'https://api.github.com' },
      controlPlane: { url: 'https://staging.example' },
      tenants: { buildinfoUrl: 'https://{slug}.staging.example/buildinfo' },
      tolerant: true,
    },
  },
};
const tokens = { AUTO_SYNC_TOKEN: 'a'.repeat(20), CP_ADMIN_API_TOKEN: 'b'.repeat(20) };
const sha = '0123456789'.repeat(4);
const AUTO: DeployRequest = { fleet: 'production', sha, kind: 'auto', actor: 'a test' };

const variables = {
  PROD_CP_URL: 'https://api.example',
  PROD_ALLOW_NON_PROD_CP_URL: 'true',
  PROD_AUTO_DEPLOY_DISABLED: 'false',
  PROD_AUTO_DEPLOY_DRY_RUN: 'yes',
  PROD_AUTO_DEPLOY_CANARY_SLUG: 'hongming',
  PROD_AUTO_DEPLOY_SOAK_SECONDS: '60',
  PROD_AUTO_DEPLOY_BATCH_SIZE: '3',
  PROD_AUTO_DEPLOY_MAX_STRAGGLERS: '1',
  PROD_AUTO_DEPLOY_TARGET_TAG: 'staging-0123456',
  PROD_MANUAL_REDEPLOY_TARGET_TAG: 'staging-0123456',
  PROD_AUTO_DEPLOY_REQUIRED_CONTEXTS: 'CI / test (push), CI / lint (push)',
  PROD_AUTO_DEPLOY_VERIFY_BUDGET_SECONDS: '240',
  PROD_AUTO_DEPLOY_VERIFY_INTERVAL_SECONDS: '20',
  CI_STATUS_POLL_INTERVAL_SECONDS: '15',
  CI_STATUS_TIMEOUT_SECONDS: '3600',
  GITHUB_SHA: sha,
  GITHUB_REPOSITORY: 'acme/core',
  GITHUB_REF_NAME: 'main',
};

/** The schema that editors check a configuration with: what it forbids the worker does not accept. */
const published = new Ajv2020({ strict: false }).compile(
  JSON.parse(readFileSync(new URL('../../docs/greenlane.schema.json', import.meta.url), 'utf8')) as object,
);

/** Durations that Temporal and a clock can do something with: whole ms, at least `least`, at most 30 days. */
function expectDurations(least: number, ...durations: readonly number[]): void {
  for (const ms of durations) {
    expect(Number.isInteger(ms)).toBe(true);
    expect(ms).toBeGreaterThanOrEqual(least);
    expect(ms).toBeLessThanOrEqual(30 * 24 * 3_600_000);
  }
}

/** What must hold of a fleet, however its configuration was written. */
function expectSound({ name, file }: FleetConfig): void {
  const { gates, rollout, verify, halt, approval } = file;
  expect(gates.required.some((context) => !AGGREGATE_CONTEXT.test(context))).toBe(true);
  expect(gates.required.every((context) => context.trim() !== '')).toBe(true);
  expectDurations(0, rollout.soak);
  expectDurations(1, gates.timeout, gates.poll, rollout.postTimeout, verify.settle, verify.interval);
  expectDurations(1, verify.timeout, halt.deadline, approval.timeout);
  for (const count of [rollout.batchSize, rollout.maxStragglers, verify.concurrency])
    expect(Number.isSafeInteger(count)).toBe(true);
  expect(rollout.batchSize).toBeGreaterThanOrEqual(1);
  expect(rollout.batchSize).toBeLessThanOrEqual(500);
  expect(rollout.maxStragglers).toBeLessThanOrEqual(100);
  expect(name === 'production' && file.tolerant).toBe(false);
  expect(file.tenants.buildinfoUrl).toContain('{slug}');
}

async function judgeConfiguration(text: string): Promise<void> {
  const parsed = await read(() => parseConfig(text, 'greenlane.yaml'));
  if (parsed === undefined) return;
  published(parseDocument(text).toJS({ maxAliasCount: 100 }) ?? {});
  expect(published.errors).toBeNull();
  const configs = Object.keys(parsed.value.fleets).map((name) =>
    fleetConfig(parsed.value, 'greenlane.yaml', name, {}),
  );
  expect(configs.length).toBeGreaterThan(0);
  for (const config of configs) {
    expectSound(config);
    const now = Date.UTC(2026, 10, 21);
    for (const { from, to } of closuresOf(config.file.freeze.windows, now, now + 14 * 86_400_000))
      expect(to).toBeGreaterThan(from);
    const settings = await read(() => settingsFor(config, { ...AUTO, fleet: config.name }, sha));
    // A release is named by its commit, or nobody could prove it (I-28).
    if (settings !== undefined) expect(settings.value.tag).toContain(sha.slice(0, 7));
    const opened = await read(() => new Fleets([config], tokens));
    if (opened === undefined) continue;
    // The admin token: https or loopback, and the production origin.
    const { url, productionUrl = url } = config.file.controlPlane;
    expect(new URL(url).origin).toBe(new URL(productionUrl).origin);
    expect(url).toMatch(/^\s*(https:|http:\/\/(127\.|localhost|\[::1\]))/i);
  }
}

describe('a mutated configuration', () => {
  it(
    'in its values is refused in one line, or every fleet of it is sound',
    () => fuzz(mutatedJson(everything), judgeConfiguration),
    FUZZ_TIMEOUT_MS,
  );

  it(
    'in its text is refused in one line, or every fleet of it is sound',
    () => fuzz(mutatedText(example, stringify(everything)), judgeConfiguration),
    FUZZ_TIMEOUT_MS,
  );
});

describe('mutated variables', () => {
  const values = fc.oneof(
    fc.string(),
    anything.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))),
    mutatedText(...Object.values(variables)),
  );
  const environments = fc
    .array(fc.tuple(fc.constantFrom(...Object.keys(variables)), values), { maxLength: 3 })
    .map((changes) => ({ ...variables, ...Object.fromEntries(changes) }));
  const config = parseConfig(stringify(everything), 'greenlane.yaml');

  it(
    'are refused by name, or the fleet is sound and no literal expression is taken for a value (I-25)',
    () =>
      fuzz(environments, async (env) => {
        const settings = await read(() => readEnvironment(env));
        if (settings === undefined) return;
        expect(Object.values(settings.value).filter((value) => String(value).includes('${{'))).toEqual([]);
        const fleet = fleetConfig(config, 'greenlane.yaml', 'production', settings.value);
        expectSound(fleet);
        expect(settings.value.required?.length).not.toBe(0);
        await read(() => settingsFor(fleet, AUTO, sha));
      }),
    FUZZ_TIMEOUT_MS,
  );
});

describe('a mutated request', () => {
  const whole = {
    ...AUTO,
    tag: 'staging-0123456',
    reason: 'because',
    urgent: true,
    dryRun: false,
    undo: { workflowId: 'deploy/production/x', runId: 'y' },
    changes: { alsoRequired: ['CI / more (push)'], canary: 'hongming', batchSize: 5, soakMs: 1_000 },
  };
  const fleet = fleetConfig(parseConfig(stringify(everything), ''), '', 'production', {});
  /** What a start may choose, each within its bounds. */
  const CHANGEABLE = new Set(['required', 'soakMs', 'batchSize', 'canary', 'maxStragglers', 'dryRun', 'tag']);

  it(
    'is refused, or takes nothing away that the worker’s configuration demands',
    () =>
      fuzz(mutated(whole), async (value) => {
        const parsed = deployRequest.safeParse(value);
        if (!parsed.success) return;
        const request = parsed.data as DeployRequest;
        const settings = await read(() => settingsFor(fleet, request, request.sha ?? sha));
        if (settings === undefined) return;
        expect(settings.value.required).toEqual(expect.arrayContaining(fleet.file.gates.required));
        expectDurations(0, settings.value.soakMs);
        expect(settings.value.batchSize).toBeLessThanOrEqual(500);
        const own = settingsFor(fleet, { ...AUTO, sha }, request.sha ?? sha);
        const changed = Object.entries(settings.value).filter(
          ([key, one]) => JSON.stringify(one) !== JSON.stringify(own[key as keyof typeof own]),
        );
        expect(changed.map(([key]) => key).filter((key) => !CHANGEABLE.has(key))).toEqual([]);
        expect(settings.value.tag).toMatch(/^staging-[0-9a-f]{7}$/i);
        expect(request.actor + (request.reason ?? '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
      }),
    FUZZ_TIMEOUT_MS,
  );

  it('keeps the original for the next case', () => {
    fc.assert(
      fc.property(mutated(whole), () => whole.changes.batchSize === 5),
      { numRuns: 50 },
    );
    expect(parse(stringify(everything))).toEqual(everything);
  });
});
