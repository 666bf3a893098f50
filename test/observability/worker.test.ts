import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STACK_GATES } from '../../src/dev/stack.ts';
import { OUTCOMES } from '../../src/rollout/outcome.ts';
import { lockId } from '../../src/workflows/lock-id.ts';
import { lockQuery } from '../../src/workflows/messages.ts';
import { METRICS } from '../../src/workflows/metrics.ts';
import { greenlane, type CliRun } from '../support/cli.ts';
import { until as within } from '../support/until.ts';
import { alerts, dashboardExpressions, readDashboard } from './files.ts';
import { PLANT, startObserved, type Observed } from './observed.ts';
import { asked } from './promql.ts';
import { scrape, type Scrape } from './scrape.ts';

const fleet = 'production';
/** Two workers, a server that is started again and a dozen commands: on a busy machine it takes its time. */
const PATIENCE_MS = 45_000;
const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => within(holds, PATIENCE_MS);

let observed: Observed;
let first: CliRun;
let second: CliRun;
/** What the first worker showed right before it was told to stop. */
let before: Scrape;
const shas: string[] = [];

beforeAll(async () => {
  observed = await startObserved();
  first = await observed.startWorker();
});
afterAll(async () => observed.stop());

function green(): string {
  const { forge } = observed.stack.sim;
  const sha = forge.push();
  forge.setGreen(sha, STACK_GATES);
  shas.push(sha);
  return sha;
}

const look = async (): Promise<Scrape> => scrape(observed.ports.metrics);

function lines(worker: CliRun): Record<string, unknown>[] {
  const written = worker.output().split('\n').filter(Boolean);
  return written.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Environment of a program that says at its end what it has loaded. */
const recorded = (name: string): NodeJS.ProcessEnv => ({
  NODE_OPTIONS: `--require ${fileURLToPath(new URL('fixtures/loaded.cjs', import.meta.url))}`,
  LOADED_FILES: observed.path(name),
});
const filesLoadedBy = (name: string): number => Number(readFileSync(observed.path(name), 'utf8'));

/** Holds the calls that would touch a tenant, until it is let go. */
const hold = (slug: string): (() => void) =>
  observed.stack.sim.fault({ where: 'control-plane', slug, kind: 'hold' });

describe('a worker', { timeout: 4 * PATIENCE_MS }, () => {
  it('is alive and ready, and shows every outcome as 0 before the first deploy', async () => {
    await until(async () => (await observed.health()).readyz === 200);
    expect(await observed.health()).toEqual({ healthz: 200, readyz: 200 });
    await until(async () => (await look()).value(METRICS.observedAt) !== undefined);
    const fresh = await look();
    for (const outcome of OUTCOMES) expect(fresh.value(METRICS.deploys, { fleet, outcome }), outcome).toBe(0);
    for (const gauge of [METRICS.queueLength, METRICS.heldSeconds, METRICS.halted, METRICS.stragglers])
      expect(fresh.value(gauge, { fleet }), gauge).toBe(0);
  });

  it('that is told to stop is alive and not ready, ends its call, and says so', async () => {
    const { sim, env } = observed.stack;
    const [release] = [hold('tenant-002'), hold('tenant-003')];
    sim.fault({ where: 'control-plane', slug: 'tenant-004', kind: 'stale-success' });
    await greenlane(['deploy', '--sha', green(), '--no-wait'], env);
    await sim.journal.until(
      'control-plane',
      ({ slugs }) => slugs?.includes('tenant-002') === true,
      PATIENCE_MS,
    );
    await greenlane(['deploy', '--sha', green(), '--no-wait'], env);
    const lock = observed.access.client.workflow.getHandle(lockId(fleet));
    await until(async () => (await lock.query(lockQuery, 1)).waiting === 1);
    before = await look();
    first.child.kill('SIGTERM');
    await first.until('told to stop');
    expect(await observed.health()).toEqual({ healthz: 200, readyz: 503 });
    release?.();
    expect((await first.done).code).toBe(0);
    const said = lines(first).map(({ msg }) => String(msg));
    const told = said.findIndex((line) => line.startsWith('told to stop'));
    expect(lines(first)[told]).toMatchObject({ signal: 'SIGTERM', waitSeconds: 120 });
    expect(said.slice(told)).toContain('rollWave done');
    expect(said.at(-1)).toBe('stopped');
  });

  it('that goes on with deploys shows who waits, and counts nothing a second time', async () => {
    second = await observed.startWorker();
    await until(async () => (await look()).value(METRICS.queueLength, { fleet }) === 1);
    expect((await look()).value(METRICS.heldSeconds, { fleet })).toBeGreaterThan(0);
    observed.stack.sim.clearFaults();
    await second.until(/"msg":"deploy ended".*"msg":"deploy ended"/s);
    const after = await look();
    expect(before.value(`${METRICS.gateWaitSeconds}_count`, { fleet })).toBe(2);
    expect(before.value(`${METRICS.waveSeconds}_count`, { fleet })).toBe(1);
    expect(after.value(`${METRICS.gateWaitSeconds}_count`, { fleet })).toBeUndefined();
    // Three of the first deploy behind its canary, of which the other worker may have seen one end; four of the other.
    expect([6, 7]).toContain(after.value(`${METRICS.waveSeconds}_count`, { fleet }));
    expect(after.value(METRICS.deploys, { fleet, outcome: 'deployed' })).toBe(2);
    expect(after.series(METRICS.deploys)).toHaveLength(OUTCOMES.length);
    expect(after.value('temporal_workflow_completed', { workflow_type: 'deploy' })).toBe(2);
  });

  it('logs one JSON object per line, with deploy, fleet, SHA and wave', () => {
    const waves = [first, second].flatMap(lines).filter(({ msg }) => msg === 'rollWave done');
    for (const [index, sha] of shas.entries()) {
      const own = waves.filter((line) => line['sha'] === sha);
      expect(own.map(({ wave }) => wave).sort(), `deploy ${index}`).toEqual([0, 1, 2, 3]);
      for (const line of own)
        expect(line).toMatchObject({
          level: 'info',
          deploy: `deploy/${fleet}/${sha}`,
          fleet,
          kind: 'rolled',
        });
    }
    expect(lines(second).filter(({ msg }) => msg === 'deploy ended')).toMatchObject(
      shas.map((sha) => ({ deploy: `deploy/${fleet}/${sha}`, fleet, sha, outcome: 'deployed' })),
    );
  });

  it('sends a trace of each deploy, from the command that started it to the last activity', async () => {
    const { spans } = observed.collector;
    for (const sha of shas) {
      const own = () => spans.filter(({ workflowId }) => workflowId === `deploy/${fleet}/${sha}`);
      await until(() => own().some(({ name }) => name === 'RunActivity:giveBack'));
      const root = own().find(({ name }) => name === 'StartWorkflow:deploy');
      expect(root).toMatchObject({ service: 'greenlane' });
      expect(new Set(own().map(({ traceId }) => traceId))).toEqual(new Set([root?.traceId]));
      const activities = own().filter(({ service }) => service === 'greenlane-worker');
      expect(activities.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['prepare', 'awaitGates', 'rollWave'].map((name) => `RunActivity:${name}`)),
      );
      for (const span of activities) expect(span.parentSpanId).toBe(root?.spanId);
    }
  });

  it('I-23: shows no secret to Prometheus, in its log or in a trace', async () => {
    const { workerEnv, sim } = observed.stack;
    const shown = [
      first.output(),
      second.output(),
      observed.collector.bodies.join('\n'),
      JSON.stringify((await look()).samples),
    ];
    for (const secret of [PLANT, ...Object.values(sim.tokens)])
      for (const text of shown) expect(text).not.toContain(secret);
    expect(workerEnv['CP_ADMIN_API_TOKEN']).toBe(sim.tokens.controlPlane);
  });

  it('is alive but not ready while Temporal is away, and ready again when it is back', async () => {
    await observed.temporalGoes();
    await until(async () => (await observed.health()).readyz === 503);
    expect(await observed.health()).toEqual({ healthz: 200, readyz: 503 });
    await observed.temporalComesBack();
    await until(async () => (await observed.health()).readyz === 200);
  });

  it('exposes every metric and label that an alert or the dashboard names', async () => {
    const seen = [before, await look()].flatMap(({ samples }) => samples);
    const expressions = [...alerts().map(({ expr }) => expr), ...dashboardExpressions(readDashboard())];
    for (const { selectors, groupedBy } of expressions.map(asked)) {
      // Prometheus makes `up` itself, with the labels of the scrape.
      const named = selectors.filter(({ metric }) => metric !== 'up');
      for (const { metric, labels } of named) {
        const own = seen.filter(({ name }) => name === metric);
        expect(own.length, metric).toBeGreaterThan(0);
        for (const label of labels)
          expect(
            own.some((one) => label in one.labels),
            `${metric}{${label}}`,
          ).toBe(true);
      }
      for (const label of groupedBy)
        expect(
          seen.some((one) => label in one.labels && named.some(({ metric }) => metric === one.name)),
          label,
        ).toBe(true);
    }
  });

  it('is refused in one line where another program listens, and loads no OpenTelemetry without an endpoint', async () => {
    const { workerEnv } = observed.stack;
    const none = { OTEL_EXPORTER_OTLP_ENDPOINT: '' };
    const [metrics, health] = await Promise.all([
      greenlane(['worker'], { ...workerEnv, ...none }),
      greenlane(['worker'], { ...workerEnv, ...none, ...recorded('worker'), GREENLANE_METRICS_ADDRESS: '' }),
    ]);
    for (const [variable, { code, stderr }] of [
      ['GREENLANE_METRICS_ADDRESS', metrics],
      ['GREENLANE_HEALTH_ADDRESS', health],
    ] as const) {
      expect(code).toBe(2);
      expect(stderr).toMatch(
        new RegExp(
          `^(?:\\{.*\\}\\n)?greenlane: environment variable ${variable}: cannot listen at [\\d.:]+: another program listens there already; .*\\n$`,
        ),
      );
    }
    expect(filesLoadedBy('worker')).toBe(0);
  });

  it('goes on without a collector that is away, and says so once', async () => {
    await observed.collector.close();
    const env = { ...observed.stack.env, ...recorded('command') };
    const { code, stderr } = await greenlane(['deploy', '--sha', green()], env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(filesLoadedBy('command')).toBeGreaterThan(0);
    await second.until('the collector of traces does not take them');
    expect(lines(second).filter(({ msg }) => String(msg).includes('collector'))).toHaveLength(1);
  });

  it('holds no command up while its collector is away or does not answer', async () => {
    const hole = createServer();
    await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', resolve));
    const { port } = hole.address() as AddressInfo;
    const took = await Promise.all(
      ['', observed.collector.endpoint, `http://127.0.0.1:${port}`].map(async (endpoint) => {
        const began = performance.now();
        const env = { ...observed.stack.env, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
        const { code, stderr } = await greenlane(
          ['pin', '--tag', 'staging-0123456', '--reason', 'to see'],
          env,
        );
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
        return performance.now() - began;
      }),
    );
    hole.close();
    // An export may take a second; with the exporter's own patience each of them took nine more.
    for (const traced of took.slice(1)) expect(traced - (took[0] ?? 0)).toBeLessThan(8_000);
  });
});
