import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { BoardFeed } from '../src/board/feed.ts';
import { listen } from '../src/board/listen.ts';
import { boardServer } from '../src/board/server.ts';
import { factsOf, type RunFacts } from '../src/report/facts.ts';
import { reportPage } from '../src/report/page.ts';
import { storyOf } from '../src/report/tell.ts';
import { sampleData } from '../test/board/samples.ts';
import { bigDeploy } from '../test/report/big.ts';
import { decode } from '../test/report/histories.ts';
import { launchBrowser } from '../test/support/browser.ts';

/*
 * Board and report of a fleet of 10,000 tenants in headless chromium: time to the first paint, as a ratio to that of
 * a page with one word, and the size of the page. Figures to reach: first paint under 1 s, page under 2 MB.
 */

const TENANTS = 10_000;
const TIMES = 7;
const FLOOR = '<!doctype html><title>floor</title><p>word';

/** Median time from navigation to the first contentful paint, ms. */
async function firstPaint(browser: Browser, url: string): Promise<number> {
  const times: number[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    const page = await browser.newPage({ viewport: { width: 1_400, height: 900 } });
    await page.goto(url, { waitUntil: 'load' });
    times.push(
      await page.evaluate<number>(
        `new Promise((resolve) => new PerformanceObserver((list) => {
          const paint = list.getEntries().find(({ name }) => name === 'first-contentful-paint');
          if (paint) resolve(paint.startTime);
        }).observe({ type: 'paint', buffered: true }))`,
      ),
    );
    await page.close();
  }
  return times.sort((a, b) => a - b)[Math.floor(TIMES / 2)] as number;
}

async function report(): Promise<string> {
  const runs: RunFacts[] = [];
  for (const { events } of bigDeploy(TENANTS, 3)) {
    const facts = await factsOf(events, decode);
    if (facts !== undefined) runs.push(facts);
  }
  return reportPage(storyOf({ runs, complete: true }, Date.now()), { now: Date.now() }).text;
}

function bigBoard() {
  const base = sampleData();
  const [entry] = base.lock?.queue ?? [];
  const [release] = base.lock?.ledger ?? [];
  if (entry === undefined || release === undefined)
    throw new Error('the sample board has no queue or no ledger');
  return sampleData({
    status: {
      tenants: {
        total: TENANTS,
        onRelease: { count: 4_000, slugs: [] },
        onFormer: { count: 5_997, slugs: [] },
        unknown: { count: 3, slugs: ['a', 'b', 'c'] },
      },
      stragglers: Array.from({ length: 200 }, (_, index) => ({
        slug: `tenant-${index}`,
        state: 'stale' as const,
      })),
    },
    lock: {
      waiting: 1_000,
      queue: Array.from({ length: 50 }, (_, index) => ({ ...entry, position: index + 1 })),
      ledger: Array.from({ length: 50 }, () => release),
    },
  });
}

const directory = mkdtempSync(join(tmpdir(), 'greenlane-bench-'));
const browser = await launchBrowser();
const feed = new BoardFeed({
  fleet: 'production',
  everyMs: 2_000,
  read: async () => bigBoard(),
  explain: String,
});
const server = boardServer(feed, true);
try {
  const file = (name: string, content: string): string => {
    writeFileSync(join(directory, name), content);
    return pathToFileURL(join(directory, name)).href;
  };
  await feed.start();
  const url = await listen(server, '127.0.0.1', 0);
  const began = performance.now();
  const page = await report();
  const making = performance.now() - began;
  const floor = await firstPaint(browser, file('floor.html', FLOOR));
  const rows = [
    ['page', 'first paint', 'to an empty page', 'size'],
    ['empty page', `${Math.round(floor)} ms`, '1.0', `${FLOOR.length} B`],
  ];
  for (const [name, address, size] of [
    [`report, ${TENANTS} tenants`, file('report.html', page), Buffer.byteLength(page)],
    [`board, ${TENANTS} tenants, 1,000 waiting`, url, (await (await fetch(url)).arrayBuffer()).byteLength],
  ] as const) {
    const paint = await firstPaint(browser, address);
    rows.push([
      name,
      `${Math.round(paint)} ms`,
      (paint / floor).toFixed(1),
      `${Math.round(size / 1_000)} kB`,
    ]);
  }
  for (const row of rows) console.log(row.map((cell, index) => cell.padEnd(index === 0 ? 40 : 18)).join(''));
  console.log(
    `\nmaking the report from ${Math.ceil(TENANTS / 3 / 500)} histories: ${(making / 1_000).toFixed(1)} s`,
  );
} finally {
  feed.close();
  server.close();
  server.closeAllConnections();
  await browser.close();
  rmSync(directory, { recursive: true });
}
