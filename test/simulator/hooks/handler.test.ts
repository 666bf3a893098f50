import { expect, test } from 'vitest';
import { startSimulator } from '../../../src/simulator/index.ts';
import { call } from '../calls.ts';

test('hooks are recorded with headers and body as sent, but without authorization', async () => {
  const sim = await startSimulator({ tenants: 1 });
  const body = '{"text": "deployed"}';
  const headers = { 'x-signature': 'sha256=00', authorization: 'Bearer hook-token' };
  expect((await call(`${sim.hooks.url}/slack`, { method: 'POST', headers, body })).status).toBe(200);
  const [entry] = sim.journal.calls('hook');
  expect(entry).toMatchObject({
    path: '/hooks/default/slack',
    body: { text: 'deployed' },
    rawBody: body,
    headers: { 'x-signature': 'sha256=00' },
    authorizationSent: true,
  });
  expect(JSON.stringify(entry)).not.toContain('hook-token');
  sim.fault({ where: 'hook', match: '/slack', kind: 'status', status: 500, times: 1 });
  expect((await call(`${sim.hooks.url}/slack`, { method: 'POST', body: 'no json' })).status).toBe(500);
  expect(sim.journal.calls('hook', { status: 500 })).toMatchObject([
    { body: 'no json', effect: false, fault: 'status' },
  ]);
  await sim.close();
});
