import { describe, expect, it } from 'vitest';
import { storyOf } from '../../src/report/tell.ts';
import * as schemas from '../../src/report/schemas.ts';
import { verdictOf } from '../../src/report/verdict.ts';
import { recordings } from '../replay/recording.ts';
import { chainOf, recordedChains, recordedStory } from './histories.ts';

const states = (story: Awaited<ReturnType<typeof recordedStory>>): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { state } of story.tenants.named) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
};

describe('a deploy told from its history', () => {
  it('agrees with the result of every recorded deploy', async () => {
    let told = 0;
    for (const { name } of recordings())
      for (const runs of await recordedChains(name)) {
        const story = storyOf(chainOf(runs), Date.now());
        const result = schemas.result.safeParse(runs.at(-1)?.facts.end?.result).data;
        told += 1;
        expect(story.outcome, name).toBe(result?.outcome);
        if (result === undefined) continue;
        expect(story.tenants.total, name).toBe(result.tenants.total);
        expect(
          story.spans.every((span) => span.to >= span.from && span.open !== true),
          name,
        ).toBe(true);
        if (result.outcome === 'dry_run') continue;
        const { release = 0 } = states(story);
        // Names and numbers come from different places in the history: surveys and waves, and the result.
        if (result.outcome !== 'rolled_back')
          expect(release + story.tenants.already, name).toBe(result.tenants.onTarget);
        expect(verdictOf(story).sentence, name).not.toMatch(/undefined|NaN/);
      }
    expect(told).toBeGreaterThan(30);
  });

  it('says in one sentence what came of it', async () => {
    const sentence = async (name: string) => verdictOf(await recordedStory(name)).sentence;
    expect(await sentence('deployed')).toMatch(
      /^Deployed: 7 of 7 tenants of fleet-1 are proven on staging-5944491, after \d+s\.$/,
    );
    expect(await sentence('deployed-with-a-quarantined-tenant')).toMatch(
      /6 of 7 .* 1 is quarantined and must be looked after by hand\.$/,
    );
    expect(await sentence('failed-red-gate')).toMatch(
      /^Failed after \d+s: no tenant of fleet-7 was touched by staging-5ba9889\.$/,
    );
    expect(await sentence('failed-canary')).toMatch(
      /0 of 7 tenants of fleet-9 run staging-b032862, and nothing was rolled back\.$/,
    );
    expect(await sentence('halted-by-its-deadline')).toMatch(
      /^Halted, and ended there: 4 of 7 .* and the fleet is mixed\.$/,
    );
    expect(await sentence('superseded-by-a-signal')).toMatch(
      /^Superseded by abcdef1: it stopped where 4 of 7 tenants/,
    );
    expect(await sentence('disabled-by-the-live-switch')).toMatch(/^Stopped by the kill switch: no tenant/);
    expect(await sentence('rolled-back-by-an-operator')).toMatch(/^Rolled back: /);
    expect(await sentence('dry-run')).toMatch(/nothing was called\.$/);
  });

  it('knows where every tenant is, by name', async () => {
    expect(states(await recordedStory('deployed-with-a-quarantined-tenant'))).toEqual({
      release: 6,
      quarantined: 1,
    });
    expect(states(await recordedStory('failed-refused-call'))).toEqual({ stale: 1, former: 6 });
    expect(states(await recordedStory('rolled-back-on-failure'))).toEqual({ back: 7 });
    expect(states(await recordedStory('continued-as-new-on-the-way-back'))).toEqual({ back: 31, former: 9 });
    const [, again = []] = await recordedChains('deployed-again-without-a-call');
    const { tenants } = storyOf(chainOf(again), Date.now());
    expect(tenants).toMatchObject({ total: 7, onRelease: 7, already: 6 });
    expect(tenants.named).toEqual([{ slug: 'hongming', state: 'release' }]);
  });

  it('counts tenants of a call that nobody knows the end of as unknown', async () => {
    const chains = await recordedChains('lock-with-a-terminated-holder');
    const stories = chains.map((runs) => storyOf(chainOf(runs), Date.now()));
    const terminated = stories.find(({ closed }) => closed === 'terminated');
    expect(terminated?.tenants.named.filter(({ state }) => state === 'unknown')).toEqual([
      { slug: 'hongming', state: 'unknown' },
    ]);
    expect(terminated === undefined ? '' : verdictOf(terminated).sentence).toMatch(
      /^Ended without an outcome \(terminated\): /,
    );
  });

  it('shows gates as they were: green, refused with the reason, or never looked at', async () => {
    const gates = async (name: string) => (await recordedStory(name)).gates.map(({ reported }) => reported);
    expect(await gates('deployed')).toEqual(['success', 'success']);
    expect(await gates('failed-red-gate')).toEqual(['failure', 'missing']);
    expect(await gates('failed-gate-timeout')).toEqual(['missing', 'missing']);
    expect(await gates('disabled-at-the-start')).toEqual(['not known', 'not known']);
    expect(await gates('manual-and-rollback-to-a-tag')).toEqual([]);
  });

  it('tells a chain of runs as one deploy, and the newest run alone as far as it carries', async () => {
    const [runs = []] = await recordedChains('continued-as-new');
    expect(runs.length).toBeGreaterThan(1);
    const whole = storyOf(chainOf(runs), Date.now());
    expect(whole.waves).toHaveLength(21);
    const alone = storyOf({ runs: runs.slice(-1).map(({ facts }) => facts), complete: false }, Date.now());
    expect(alone).toMatchObject({
      complete: false,
      tag: whole.tag,
      outcome: 'deployed',
      tenants: { total: 40, onRelease: 40 },
    });
    // The workflow's own clock reads its start a moment after Temporal does.
    expect(Math.abs(alone.from - whole.from)).toBeLessThan(1_000);
    expect(alone.gates.map(({ state }) => state)).toEqual(['green', 'green']);
    expect(alone.waves.length).toBeLessThan(21);
    const cut = storyOf({ runs: runs.slice(0, -1).map(({ facts }) => facts), complete: true }, Date.now());
    expect(cut.because).toContain('it went on in another run, whose history is not here');
  });

  it('gives every kind of time its stretch', async () => {
    const kinds = async (name: string) => new Set((await recordedStory(name)).spans.map(({ kind }) => kind));
    expect(await kinds('deployed')).toEqual(
      new Set(['gates', 'queue', 'checks', 'canary', 'soak', 'waves', 'verify']),
    );
    expect(await kinds('approved-and-soak-skipped')).toContain('approval');
    expect(await kinds('halted-and-resumed')).toContain('halted');
    expect(await kinds('rolled-back-by-an-operator')).toContain('rollback');
  });
});
