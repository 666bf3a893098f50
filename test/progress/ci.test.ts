import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CiRenderer } from '../../src/progress/ci.ts';
import { gate, recorder, sampleLock, sampleResult, sampleStatus, SHA, T0 } from './samples.ts';

describe('the CI log', () => {
  let directory: string;
  let summary: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'greenlane-ci-'));
    summary = join(directory, 'summary.md');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function start(env: Record<string, string> = {}) {
    const context = recorder({ GITHUB_STEP_SUMMARY: summary, ...env });
    const renderer = new CiRenderer(context, {}, 'default');
    const lines = (): string[] => context.out().split('\n').slice(0, -1);
    return { renderer, context, lines };
  }

  it('opens one group per phase and closes it before the next', () => {
    const { renderer, lines } = start();
    renderer.show({ running: true, status: sampleStatus({ phase: 'gates', detail: 'waiting for 2 gates' }) });
    renderer.show({ running: true, status: sampleStatus({ phase: 'canary', detail: 'rolling the canary' }) });
    renderer.show({ running: true, status: sampleStatus({ phase: 'soak' }) });
    renderer.show({ running: true, status: sampleStatus({ phase: 'waves' }) });
    renderer.end(sampleResult());
    renderer.close();
    const groups = lines().filter((line) => /^::(group|endgroup)/.test(line));
    expect(groups).toEqual([
      '::group::Gates',
      '::endgroup::',
      '::group::Canary',
      '::endgroup::',
      '::group::Waves',
      '::endgroup::',
    ]);
  });

  it('says a state once, however often it is looked at', () => {
    const { renderer, lines } = start();
    const snapshot = {
      running: true,
      status: sampleStatus({ phase: 'gates', warnings: ['the switch is not read live'] }),
      gates: [gate('CI / build (push)', 'pending')],
      retrying: { activity: 'awaitGates', attempt: 3, why: 'status 502' },
    };
    renderer.show(snapshot);
    const before = lines().length;
    for (let poll = 0; poll < 500; poll += 1) renderer.show({ ...snapshot });
    expect(lines()).toHaveLength(before);
  });

  it('tells each gate that changes, and annotates one that is refused', () => {
    const { renderer, lines } = start();
    const status = sampleStatus({ phase: 'gates' });
    renderer.show({ running: true, status, gates: [gate('a', 'pending'), gate('b', 'missing')] });
    renderer.show({ running: true, status, gates: [gate('a', 'success'), gate('b', 'missing')] });
    renderer.show({ running: true, status, gates: [gate('a', 'success'), gate('b', 'failure', '2 tests')] });
    expect(lines()).toContain('0 of 2 gates green; waiting for a (pending), b (missing)');
    expect(lines()).toContain('green (1 of 2): a');
    expect(lines()).toContain('::error title=Gate refused::b (failure: 2 tests)');
  });

  it('says that all gates are green even when the last one turned between two looks', () => {
    const { renderer, context } = start();
    const audit = [{ at: T0 + 5_000, actor: 'greenlane', what: '2 gates green' }];
    renderer.show({ running: true, status: sampleStatus({ phase: 'gates' }), gates: [gate('a', 'pending')] });
    renderer.show({ running: true, status: sampleStatus({ phase: 'canary', audit }) });
    expect(context.out()).toMatch(/all 2 gates green\n::endgroup::/);
  });

  it('names the place in the queue with its reason, once per change', () => {
    const { renderer, lines } = start();
    const status = sampleStatus({ phase: 'queued', detail: 'waiting for the fleet' });
    for (let poll = 0; poll < 5; poll += 1) renderer.show({ running: true, status, lock: sampleLock() });
    expect(lines().filter((line) => line.includes('position 1 in the queue'))).toHaveLength(1);
    expect(lines().join('\n')).toContain('staging-eb31bcf holds the fleet');
  });

  it('keeps a deploy of 30 tenants in waves of 3 under 60 lines', () => {
    const { renderer, lines } = start();
    const contexts = ['a', 'b', 'c', 'd', 'e', 'f'];
    const show = (changes: Parameters<typeof sampleStatus>[0], gates?: ReturnType<typeof gate>[]) =>
      renderer.show({
        running: true,
        status: sampleStatus(changes),
        ...(gates === undefined ? {} : { gates }),
      });
    show({ phase: 'starting', detail: 'reading the configuration' });
    for (let green = 0; green <= 6; green += 1)
      for (const word of ['missing', 'pending', 'pending'] as const)
        show(
          { phase: 'gates' },
          contexts.map((name, index) => gate(name, index < green ? 'success' : word)),
        );
    for (let position = 5; position > 0; position -= 1) {
      const lock = sampleLock();
      const queue = lock.queue.map((entry) => ({ ...entry, position, why: `${position} before it` }));
      renderer.show({
        running: true,
        status: sampleStatus({ phase: 'queued', detail: 'waiting for the fleet' }),
        lock: { ...lock, queue },
      });
    }
    show({ phase: 'preflight', detail: 'checking' });
    show({ phase: 'canary', detail: 'rolling the canary', wave: 0 });
    for (let wave = 1; wave <= 11; wave += 1) {
      show({ phase: 'soak', wave, soakUntil: Date.now() + 60_000 });
      show({ phase: 'waves', wave, warnings: wave > 4 ? ['call 1 of 4: status 502'] : [] });
    }
    show({ phase: 'verify', detail: 'asking 30 tenants what they run', wave: 11 });
    renderer.end(sampleResult());
    renderer.close();
    expect(lines().length).toBeLessThanOrEqual(59);
  });

  it('tells a rollout of thousands of waves in some twenty lines', () => {
    const { renderer, lines } = start();
    for (let wave = 1; wave <= 3_334; wave += 1)
      renderer.show({ running: true, status: sampleStatus({ wave, waves: 3_334 }) });
    expect(lines().filter((line) => line.includes('of about 3334 waves')).length).toBeLessThanOrEqual(21);
  });

  it('annotates stragglers together, and each only when it is new', () => {
    const { renderer, lines } = start();
    const stragglers = [
      { slug: 't-08', state: 'stale' as const },
      { slug: 't-09', state: 'missing' as const },
    ];
    renderer.show({ running: true, status: sampleStatus({ stragglers: stragglers.slice(0, 1) }) });
    renderer.show({ running: true, status: sampleStatus({ stragglers }) });
    renderer.show({
      running: true,
      status: sampleStatus({ stragglers, warnings: ['straggler t-08: stale'] }),
    });
    expect(lines().filter((line) => line.startsWith('::warning'))).toEqual([
      '::warning title=Stragglers::not proven on the release: t-08 (stale)',
      '::warning title=Stragglers::not proven on the release: t-09 (missing)',
    ]);
  });

  it('annotates a halt as an error and lists what can be done', () => {
    const { renderer, context } = start();
    const status = sampleStatus({
      phase: 'halted',
      halted: { reason: 'errors on the canary', actor: 'ada', at: T0 },
      next: ['resume', 'rollback', 'abort'],
    });
    renderer.show({ running: true, status });
    renderer.halted(status);
    renderer.close();
    expect(context.out()).toContain(
      '::error title=Deploy halted::staging-2863380 on production was halted by ada: errors on the canary',
    );
    expect(context.out()).toContain('greenlane resume --reason R');
    expect(readFileSync(summary, 'utf8')).toMatch(/^## 🛑 HALTED: staging-2863380 on production/);
    expect(readFileSync(summary, 'utf8')).toContain('`greenlane rollback --reason "…"`');
  });

  it('I-23: lets nothing from outside command the runner', () => {
    const { renderer, context, lines } = start();
    const evil = 'x\n::error::owned\r##[set-output name=a]b %0A::stop-commands::t \u001b[31mred';
    renderer.show({
      running: true,
      status: sampleStatus({
        phase: 'gates',
        detail: evil,
        warnings: [evil],
        tag: evil,
        stragglers: [{ slug: evil, state: 'stale' }],
      }),
      gates: [gate(evil, 'failure', evil)],
      retrying: { activity: 'awaitGates', attempt: 2, why: evil },
    });
    renderer.halted(sampleStatus({ phase: 'halted', halted: { reason: evil, actor: evil, at: 0 } }));
    renderer.end(sampleResult({ outcome: 'failed', reason: evil, warnings: [evil] }));
    renderer.close();
    const ours = /^::(group::|endgroup::|(notice|warning|error) title=[A-Z][A-Za-z ]+::)/;
    for (const line of lines()) {
      expect(line.replace(ours, '')).not.toMatch(/::|##\[|%0A/i);
      if (line.startsWith('::')) expect(line).toMatch(ours);
    }
    expect(context.out()).not.toContain('\u001b');
    expect(readFileSync(summary, 'utf8')).not.toContain('\u001b');
  });

  it('writes to stderr where stdout is for machines', () => {
    const context = recorder({});
    const renderer = new CiRenderer(context, { json: true }, 'default');
    renderer.show({ running: true, status: sampleStatus() });
    renderer.end(sampleResult());
    renderer.close();
    expect(context.out()).toBe('');
    expect(context.err()).toContain('::group::Waves');
  });

  it('never fails a step because the summary cannot be written, and says so', () => {
    const { renderer, context } = start({ GITHUB_STEP_SUMMARY: join(directory, 'none', 'summary.md') });
    renderer.end(sampleResult());
    renderer.close();
    expect(context.out()).toContain('The step summary could not be written');
  });

  it('links to the workflow when the address of Temporal UI is known', () => {
    const { renderer } = start({ GREENLANE_UI_URL: 'https://temporal.example/' });
    renderer.end(sampleResult());
    renderer.close();
    expect(readFileSync(summary, 'utf8')).toContain(
      `(https://temporal.example/namespaces/default/workflows/deploy%2Fproduction%2F${SHA}/run-1/history)`,
    );
  });
});
