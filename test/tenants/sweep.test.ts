import { describe, expect, onTestFinished, test } from 'vitest';
import { startSimulator } from '../../src/simulator/index.ts';
import type { SimulatorOptions } from '../../src/simulator/index.ts';
import type { Reading } from '../../src/tenants/sweep.ts';
import { sweep } from '../../src/tenants/sweep.ts';
import { nobody } from '../http/loopback.ts';

async function simulated(options: SimulatorOptions) {
  const sim = await startSimulator(options);
  onTestFinished(sim.close);
  return { sim, urlTemplate: sim.tenants.buildinfoUrl, slugs: sim.tenants.fleet.slugs() };
}

describe('sweep', () => {
  test('gives every tenant’s answer, each once, and counts', async () => {
    const { sim, urlTemplate, slugs } = await simulated({ tenants: 300 });
    sim.fault({ where: 'tenant', slug: 'tenant-007', kind: 'gone' });
    const readings: Reading[] = [];
    const asked = await sweep({
      slugs,
      urlTemplate,
      concurrency: 32,
      onProgress: (one) => readings.push(one),
    });
    expect(asked).toBe(300);
    expect(readings.map(({ slug }) => slug).sort()).toEqual([...slugs].sort());
    expect(readings.map(({ done }) => done)).toEqual(Array.from({ length: 300 }, (_, n) => n + 1));
    const strays = readings.filter(({ answer }) => answer.kind !== 'sha');
    expect(strays.map(({ slug, answer }) => [slug, answer.kind])).toEqual([['tenant-007', 'unreachable']]);
  });

  test('asks as many at once as allowed, and no more', async () => {
    const { sim, urlTemplate, slugs } = await simulated({ tenants: 120, answerMs: 20 });
    await sweep({ slugs, urlTemplate, concurrency: 16, onProgress: () => undefined });
    expect(sim.tenants.fleet.mostReading).toBe(16);
  });

  test('answers come while others are still asked', async () => {
    const { sim, urlTemplate, slugs } = await simulated({ tenants: 40, answerMs: 10 });
    let readsAtFirst = 0;
    const onProgress = ({ done }: Reading): void => {
      if (done === 1) readsAtFirst = sim.journal.tenantReads;
    };
    await sweep({ slugs, urlTemplate, concurrency: 4, onProgress });
    expect(readsAtFirst).toBeLessThan(20);
  });

  test('takes slugs only as it needs them', async () => {
    const { urlTemplate } = await simulated({ tenants: 2 });
    let [taken, answered, most] = [0, 0, 0];
    function* endless(): Generator<string> {
      for (; taken < 500; taken += 1) {
        most = Math.max(most, taken - answered);
        yield 'hongming';
      }
    }
    await sweep({ slugs: endless(), urlTemplate, concurrency: 8, onProgress: () => (answered += 1) });
    expect(answered).toBe(500);
    expect(most).toBeLessThanOrEqual(16);
  });

  test('a fleet that is not there is a sweep of unreachable tenants, not an error', async () => {
    const urlTemplate = `${await nobody()}/{slug}`;
    const kinds = new Set<string>();
    const slugs = Array.from({ length: 50 }, (_, n) => `t${n}`);
    await sweep({ slugs, urlTemplate, concurrency: 20, onProgress: ({ answer }) => kinds.add(answer.kind) });
    expect(kinds).toEqual(new Set(['unreachable']));
  });

  test('ends at once when it is given up', async () => {
    const { sim, urlTemplate, slugs } = await simulated({ tenants: 200, answerMs: 30 });
    const controller = new AbortController();
    const onProgress = ({ done }: Reading): void => {
      if (done === 10) controller.abort();
    };
    const given = sweep({ slugs, urlTemplate, concurrency: 8, signal: controller.signal, onProgress });
    await expect(given).rejects.toThrow();
    // Those that are out when it is given up may still arrive.
    await new Promise((resolve) => setTimeout(resolve, 100));
    const reads = sim.journal.tenantReads;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(sim.journal.tenantReads).toBe(reads);
    expect(reads).toBeLessThan(40);
  });

  test('an empty fleet costs nothing', async () => {
    const onProgress = (): void => expect.unreachable();
    expect(
      await sweep({ slugs: [], urlTemplate: 'http://127.0.0.1:1/{slug}', concurrency: 8, onProgress }),
    ).toBe(0);
  });
});
