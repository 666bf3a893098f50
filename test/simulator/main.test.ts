import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import type { SimulatorArguments } from '../../src/simulator/command.ts';
import { optionsFrom, simulatorCommand } from '../../src/simulator/command.ts';
import { RemoteSimulator } from '../../src/simulator/index.ts';

const main = new URL('../../src/simulator/main.ts', import.meta.url).pathname;

function run(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

test('as a program it prints one line with its addresses, serves, and ends on SIGTERM with 0', async () => {
  const child = run(['--tenants', 'canary,other', '--seed', '5', '--fence-epochs']);
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const [line] = (await once(lines, 'line')) as [string];
  const addresses = JSON.parse(line) as { url: string };
  const state = await new RemoteSimulator(addresses.url).running();
  expect(Object.keys(state.running)).toEqual(['canary', 'other']);
  expect(state).toMatchObject(addresses);
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});

test('an option it does not understand ends it with 2 and one message', async () => {
  const child = run(['--tenants', '3x_']);
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  expect((await once(child, 'close'))[0]).toBe(2);
  expect(stderr).toContain("'3x_' is invalid");
  expect(stderr).not.toContain('    at ');
});

test('options and environment become those of the simulator', () => {
  const parsed = (...args: string[]) =>
    simulatorCommand().parse(args, { from: 'user' }).opts<SimulatorArguments>();
  expect(optionsFrom(parsed(), {})).toMatchObject({
    tenants: 30,
    port: 0,
    repo: 'acme/core',
    forgeVersion: '1.26',
  });
  const args = parsed(
    '--tenants',
    '5',
    '--forge-version',
    '1.22',
    '--count-tenant-reads',
    '--initial-sha',
    'ab',
  );
  const tokens = { CP_ADMIN_API_TOKEN: 'x', AUTO_SYNC_TOKEN: 'y', PROD_AUTO_DEPLOY_CONTROL_TOKEN: 'z' };
  expect(optionsFrom(args, tokens)).toMatchObject({
    tenants: 5,
    forgeVersion: '1.22',
    journalTenantReads: false,
    initialSha: 'ab',
    controlPlaneToken: 'x',
    forgeToken: 'y',
    controlToken: 'z',
  });
});
