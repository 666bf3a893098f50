import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../src/dev/ports.ts';
import { launchWorker, startStack, untilPolling, type Stack } from '../../src/dev/stack.ts';
import { until } from '../support/until.ts';
import { healthCommand, said } from './image.ts';

let stack: Stack;
let app: string;
beforeAll(async () => {
  app = mkdtempSync(join(tmpdir(), 'greenlane-image-'));
  stack = await startStack({ server: { headless: true }, simulator: { tenants: 3 } });
});
afterAll(async () => {
  await stack.stop();
  rmSync(app, { recursive: true });
});

/** Puts into `/app` what the image has there: the packages of production alone, and the files its COPY names. */
function fill(): void {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  const direct = Object.entries(packages).filter(
    ([path, { dev }]) => path.lastIndexOf('node_modules/') === 0 && dev !== true,
  );
  for (const [path] of direct) {
    mkdirSync(join(app, dirname(path)), { recursive: true });
    symlinkSync(resolve(path), join(app, path));
  }
  for (const copied of said('COPY')) {
    const [target = '', ...sources] = copied.split(' ').reverse();
    for (const source of sources)
      if (target !== 'node_modules')
        cpSync(source.replace('/build/', ''), join(app, target === './' ? source : target), {
          recursive: true,
        });
  }
}

describe('what the image holds', () => {
  it('is enough for a worker, without one program beside Node; its health check says so', async () => {
    fill();
    const env: NodeJS.ProcessEnv = {
      ...stack.workerEnv,
      ...Object.fromEntries(
        said('ENV').flatMap((line) => line.split(' ').map((pair) => pair.split('=') as [string, string])),
      ),
      GREENLANE_CONFIG: stack.configFile,
      GREENLANE_HEALTH_ADDRESS: `127.0.0.1:${await freePort()}`,
      PATH: '/nonexistent',
      // A package finds those beside its link, not those of development beside itself.
      NODE_OPTIONS: '--preserve-symlinks',
    };
    const worker = await launchWorker(env, join(app, 'dist', 'cli.js'));
    try {
      await untilPolling(worker);
      const [, ...check] = healthCommand();
      await until(() => {
        try {
          execFileSync(process.execPath, check, { env });
          return true;
        } catch {
          return false;
        }
      });
      expect(worker.hasEnded()).toBe(false);
    } finally {
      await worker.stop(10_000);
    }
  });
});
