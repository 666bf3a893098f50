import { expect, test } from 'vitest';
import { startSimulator } from '../../src/simulator/index.ts';
import { buildinfo, call, gitea, redeploy, tagOf } from './calls.ts';

test('I-23: a planted secret is in every answer that could leak one', async () => {
  const sim = await startSimulator({ tenants: ['a'], plant: 'PLANTED' });
  const sha = sim.forge.head();
  sim.forge.setStatus(sha, 'c', 'success');
  sim.forge.setVariable('repo', 'X', 'true');
  const bodies = await Promise.all([
    gitea(sim, `commits/${sha}/statuses`),
    gitea(sim, 'branches/main'),
    gitea(sim, 'actions/variables/X', { token: sim.tokens.control }),
    redeploy(sim, { target_tag: tagOf(sha), dry_run: true }),
    redeploy(sim, { target_tag: 'unknown', only_slugs: ['a'] }),
    buildinfo(sim, 'a'),
  ]);
  for (const reply of bodies) expect(reply.text).toContain('PLANTED');
  const headers = [...bodies, await call(sim.url), await call(sim.hooks.url)];
  for (const reply of headers) expect(reply.headers['x-upstream-authorization']).toBe('PLANTED');
  await sim.close();
});
