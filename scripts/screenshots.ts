// Makes the pictures in docs/images from a demo deploy: `npx tsx scripts/screenshots.ts`. Needs chromium.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { chromium, type Browser } from 'playwright-core';
import { programPath } from '../src/dev/program.ts';
import { STACK_GATES, startStack, type Stack } from '../src/dev/stack.ts';
import { startServerProcess } from '../src/dev/server-process.ts';
import { chromiumRemedy, findChromium } from './lib/chromium.mjs';

const images = fileURLToPath(new URL('../docs/images', import.meta.url));
const MOST_BYTES = 300_000;
const run = promisify(execFile);

async function main(): Promise<void> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(chromiumRemedy);
  mkdirSync(images, { recursive: true });
  const scratch = mkdtempSync(join(tmpdir(), 'greenlane-pictures-'));
  const stack = await startStack({
    simulator: { tenants: 30, perTenantMs: 500 },
    fleet: { rollout: { soak: '5s' } },
  });
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath, args });
  try {
    await stack.startWorker();
    // One release that left a straggler behind, then one that is halted while another waits for it.
    const slow = stack.sim.tenants.fleet.slugs()[7] ?? 'tenant-008';
    stack.sim.fault({ where: 'control-plane', slug: slow, kind: 'stale-success' });
    const first = push(stack);
    await greenlane(stack, ['deploy', '--sha', first]);
    const report = join(scratch, 'report.html');
    await greenlane(stack, ['report', '--sha', first, '-o', report]);
    await picture(browser, 'report', pathToFileURL(report).href, 1_150);
    stack.sim.clearFaults();

    const second = push(stack);
    await greenlane(stack, ['deploy', '--sha', second, '--no-wait']);
    await eventually(async () => (await statusOf(stack, second)).wave >= 2);
    await greenlane(stack, ['deploy', '--sha', push(stack), '--no-wait']);
    const ui = `${stack.server?.uiUrl ?? ''}/namespaces/default/workflows/`;
    const deploy = ui + encodeURIComponent(`deploy/production/${second}`);
    await picture(browser, 'temporal-ui', deploy, 1_000);
    await picture(browser, 'temporal-ui-details', deploy, 1_000, 'User Metadata');
    await greenlane(stack, ['halt', '--sha', second, '--reason', 'checkout looks slow']);
    const board = await startBoard(stack);
    await picture(browser, 'board', board.url, 1_150);
    await board.stop();
  } finally {
    await browser.close();
    await stack.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

function push(stack: Stack): string {
  const sha = stack.sim.forge.push();
  stack.sim.forge.setGreen(sha, STACK_GATES);
  return sha;
}

async function greenlane(stack: Stack, args: readonly string[]): Promise<string> {
  const env = { ...stack.env, GREENLANE_ACTOR: 'ada' };
  return (await run(process.execPath, [programPath(), ...args], { env })).stdout;
}

async function statusOf(stack: Stack, sha: string): Promise<{ wave: number }> {
  const { wave = 0 } = JSON.parse(await greenlane(stack, ['status', '--sha', sha, '--json'])) as {
    wave?: number;
  };
  return { wave };
}

async function startBoard(stack: Stack): Promise<{ url: string; stop: () => Promise<void> }> {
  const board = await startServerProcess({
    command: process.execPath,
    args: [programPath(), 'board', '--port', '0', '--json'],
    env: stack.env,
  });
  await eventually(async () => board.lastLines(5).includes('"url"'));
  const { url } = JSON.parse(board.lastLines(1)) as { url: string };
  await eventually(async () => (await (await fetch(url)).text()).includes('HALTED'));
  return { url, stop: async () => board.stop(2_000) };
}

/** Takes a picture of a page when it has settled; a picture that is too big for a repository fails. */
async function picture(
  browser: Browser,
  name: string,
  url: string,
  height: number,
  tab?: string,
): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1_200, height } });
  await page.goto(url);
  // Temporal UI keeps drawing after it has loaded, and says no word when it has done.
  await page.waitForTimeout(4_000);
  if (tab !== undefined) {
    await page.getByText(tab, { exact: true }).click();
    await page.waitForTimeout(1_500);
  }
  const path = join(images, `${name}.png`);
  await page.screenshot({ path });
  await page.close();
  const { size } = statSync(path);
  console.log(`docs/images/${name}.png  ${Math.round(size / 1_000)} kB`);
  if (size > MOST_BYTES) throw new Error(`${path} is larger than ${MOST_BYTES / 1_000} kB`);
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`It did not come true within a minute: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

await main();
