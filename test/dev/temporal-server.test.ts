import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createSteps } from '../../scripts/lib/steps.mjs';
import { ensureTemporalCli } from '../../scripts/lib/temporal-cli.mjs';
import { freePorts } from '../../src/dev/ports.ts';
import { startDevServer } from '../../src/dev/temporal-server.ts';
import { ServerStartError } from '../../src/errors.ts';

const directory = mkdtempSync(join(tmpdir(), 'greenlane-dev-server-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function clientOf(address: string): Promise<Client> {
  return new Client({ connection: await Connection.connect({ address }) });
}

describe('startDevServer', () => {
  it('serves its namespace with Greenlane’s search attributes and a web UI', async () => {
    const server = await startDevServer({ namespace: 'shop' });
    const client = await clientOf(server.address);
    const { customAttributes } = await client.connection.operatorService.listSearchAttributes({
      namespace: 'shop',
    });
    expect(Object.keys(customAttributes)).toEqual(
      expect.arrayContaining(['GreenlaneFleet', 'GreenlaneSha', 'GreenlanePhase', 'GreenlaneOutcome']),
    );
    const page = await fetch(String(server.uiUrl));
    expect(page.status).toBe(200);
    await client.connection.close();
    await server.stop();
  });

  it('goes on with its state after kill -9, on the same port and database file', async () => {
    const [port] = (await freePorts(1)) as [number];
    const options = { port, headless: true, dbFilename: join(directory, 'durable.db') };
    const first = await startDevServer(options);
    const client = await clientOf(first.address);
    await client.workflow.start('anything', {
      workflowId: 'survivor',
      taskQueue: 'nobody',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
    });
    await first.kill('SIGKILL');
    const second = await startDevServer(options);
    expect(second.address).toBe(first.address);
    expect(second.pid).not.toBe(first.pid);
    const { status } = await client.workflow.getHandle('survivor').describe();
    expect(status.name).toBe('RUNNING');
    await client.connection.close();
    await second.stop();
  });

  it('refuses a port that is in use, and says which', async () => {
    const server = await startDevServer({ headless: true });
    await expect(startDevServer({ headless: true, port: server.port })).rejects.toThrow(
      `port ${server.port} (port) is in use`,
    );
    await server.stop();
  });

  it('shows what the server said when it does not come up', async () => {
    const start = startDevServer({ headless: true, dbFilename: join(directory, 'missing', 'x.db') });
    await expect(start).rejects.toThrow(ServerStartError);
    await expect(start).rejects.toThrow(/it ended at once[\s\S]*missing/);
  });

  it('starts again when it came up and ended, as it does when its ports are taken meanwhile', async () => {
    const { path } = await ensureTemporalCli(createSteps());
    const [stumbling, stumbled] = [join(directory, 'stumbling'), join(directory, 'stumbled')];
    const script = `#!/bin/sh\n[ -e '${stumbled}' ] || { : > '${stumbled}'; exit 2; }\nexec '${path}' "$@"\n`;
    writeFileSync(stumbling, script, { mode: 0o755 });
    vi.stubEnv('TEMPORAL_CLI_PATH', stumbling);
    onTestFinished(() => void vi.unstubAllEnvs());
    const server = await startDevServer({ headless: true });
    expect(existsSync(stumbled)).toBe(true);
    await server.stop();
  });

  it('can be stopped twice', async () => {
    const server = await startDevServer({ headless: true });
    await server.stop();
    await server.stop();
    await server.kill('SIGKILL');
    expect(() => process.kill(server.pid, 0)).toThrow('ESRCH');
  });
});
