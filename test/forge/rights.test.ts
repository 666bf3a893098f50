import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createForge, type Forge } from '../../src/forge/index.ts';
import { startSimulator, type Simulator } from '../../src/simulator/index.ts';

let sim: Simulator;

beforeAll(async () => {
  sim = await startSimulator({ tenants: 1 });
});
afterAll(async () => sim.close());
beforeEach(() => {
  sim.clearFaults();
});

const forges: [string, () => Forge][] = [
  ['Gitea', () => forge('gitea', sim.forge.url)],
  ['Forgejo', () => forge('forgejo', sim.forge.url)],
  ['GitHub', () => forge('github', sim.forge.githubUrl)],
];

function forge(kind: 'gitea' | 'forgejo' | 'github', url: string): Forge {
  return createForge({ kind, url, repo: sim.forge.repo, tokens: { read: sim.tokens.forge } });
}

describe.each(forges)('%s, asked whether a status may be posted', (_, make) => {
  it('says so without posting one', async () => {
    const before = sim.journal.length;
    expect(await make().mayPost()).toBe(true);
    expect(sim.journal.slice(before).map(({ method }) => method)).toEqual(['GET']);
  });

  it.each([
    [{ permissions: { push: false } }, false],
    [{ permissions: null }, 'unknown'],
    [{}, 'unknown'],
  ])('reads %j as %s', async (body, answer) => {
    sim.fault({ where: 'forge.other', kind: 'wrong-json', body });
    expect(await make().mayPost()).toBe(answer);
  });

  it('does not take a failure for a yes', async () => {
    sim.fault({ where: 'forge.other', kind: 'status', status: 500 });
    await expect(make().mayPost()).rejects.toThrow(/Cannot read the repository/);
  });
});
