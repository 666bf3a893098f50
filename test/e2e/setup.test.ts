import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDevServer, type DevServer } from '../../src/dev/temporal-server.ts';
import { greenlane } from '../support/cli.ts';

let server: DevServer;

beforeAll(async () => {
  server = await startDevServer({ headless: true, searchAttributes: [] });
});
afterAll(async () => {
  await server.stop();
});

it('registers the search attributes once, and leaves those that are there as they are', async () => {
  const first = await greenlane(['setup'], { TEMPORAL_ADDRESS: server.address });
  expect(first).toMatchObject({
    code: 0,
    stdout: 'registered GreenlaneFleet, GreenlaneSha, GreenlanePhase, GreenlaneOutcome in default\n',
  });
  const second = await greenlane(['setup'], { TEMPORAL_ADDRESS: server.address });
  expect(second).toMatchObject({ code: 0, stdout: 'default has all search attributes\n' });
  const third = await greenlane(['setup', '--json'], { TEMPORAL_ADDRESS: server.address });
  expect(JSON.parse(third.stdout)).toEqual({ namespace: 'default', registered: [] });
});
