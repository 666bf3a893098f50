import type { Server } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BoardData } from '../../src/board/data.ts';
import { BoardFeed } from '../../src/board/feed.ts';
import { listen } from '../../src/board/listen.ts';
import { boardServer } from '../../src/board/server.ts';
import { accessibilityFindings, launchBrowser } from '../support/browser.ts';
import { sampleData } from './samples.ts';

describe('the board in a browser', () => {
  let browser: Browser;
  let data: BoardData | undefined;
  let feed: BoardFeed | undefined;
  let server: Server | undefined;
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => browser.close());
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    feed?.close();
    server?.close();
    server?.closeAllConnections();
    complaints.length = 0;
  });

  async function open(first: BoardData, options: { dark?: boolean; width?: number } = {}): Promise<Page> {
    data = first;
    feed = new BoardFeed({
      fleet: 'production',
      everyMs: 50,
      read: async () => {
        if (data === undefined) throw new Error('gone');
        return data;
      },
      explain: () => 'Temporal does not answer at 127.0.0.1:7233',
    });
    await feed.start();
    server = boardServer(feed, true);
    const url = await listen(server, '127.0.0.1', 0);
    const page = await browser.newPage({
      colorScheme: options.dark === true ? 'dark' : 'light',
      viewport: { width: options.width ?? 1_400, height: 900 },
    });
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(url);
    return page;
  }

  const halted = (): BoardData =>
    sampleData({
      status: {
        phase: 'halted',
        halted: { reason: 'errors on the canary', actor: 'ada', at: Date.now() - 10_000 },
        next: ['resume', 'rollback', 'abort'],
      },
      lock: {
        pin: { tag: 'staging-3', reason: 'bad migration', actor: 'bob', at: Date.now() },
        freeze: { reason: 'sale', actor: 'bob', at: Date.now(), until: Date.now() + 60_000 },
      },
    });

  it('says in its headline what runs, and shows who waits and why', async () => {
    const page = await open(sampleData());
    expect(await page.textContent('h1')).toBe(
      'production: staging-2863380 rolls out, 3 of about 11 waves, 7 of 30 tenants',
    );
    expect(await page.innerText('#queue')).toMatch(/staging-abcdef0.*staging-eb31bcf holds the fleet/s);
    expect(await page.innerText('#queue')).toContain('deploy/production/ccccccc: gates');
    expect(await page.getByRole('progressbar').getAttribute('value')).toBe('7');
    expect(complaints).toEqual([]);
  });

  it('shows a halt with its reason and what can be done, and pin and freeze with how to lift them', async () => {
    const page = await open(halted());
    const text = await page.innerText('main');
    expect(text).toMatch(/HALTED by ada 1\ds ago: errors on the canary/);
    expect(text).toContain('greenlane rollback --reason "…": take every touched tenant back');
    expect(text).toContain('greenlane unpin');
    expect(text).toContain('greenlane unfreeze');
    expect(await page.innerText('#queue')).toContain('when the halt is over');
  });

  it('follows without being loaded again, and moves its clocks', async () => {
    const page = await open(sampleData());
    await page.evaluate('window.same = true');
    data = halted();
    await page.getByText('HALTED by ada').waitFor();
    const clock = page.locator('#now time[data-since]').first();
    const before = await clock.textContent();
    await expect.poll(async () => clock.textContent(), { timeout: 20_000 }).not.toBe(before);
    expect(await page.evaluate('window.same')).toBe(true);
    expect(complaints).toEqual([]);
  });

  it('keeps what it knew while Temporal is gone, says since when, and goes on when it is back', async () => {
    const page = await open(sampleData());
    data = undefined;
    await page.getByText('No news for').waitFor();
    expect(await page.textContent('#trouble')).toContain('Temporal does not answer at 127.0.0.1:7233');
    expect(await page.textContent('h1')).toContain('staging-2863380 rolls out');
    data = sampleData();
    await page.getByText('No news for').waitFor({ state: 'detached' });
  });

  it('says so when its own server is gone', async () => {
    const page = await open(sampleData());
    await page.clock.install();
    await page.reload();
    server?.closeAllConnections();
    server?.close();
    // That a connection failed reaches the page in real time, whatever its clock says.
    const said = async (): Promise<boolean> => {
      await page.clock.runFor(5_000);
      return page.getByText('The board’s server does not answer').isVisible();
    };
    await expect.poll(said, { timeout: 20_000 }).toBe(true);
  });

  it('is accessible, dark and light, wide and narrow, running and halted', async () => {
    // Every two of the three meet in each way.
    for (const [dark, width, state] of [
      [false, 1_400, sampleData()],
      [true, 420, sampleData()],
      [false, 420, halted()],
      [true, 1_400, halted()],
    ] as const) {
      const page = await open(state, { dark, width });
      expect(await accessibilityFindings(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
      await page.close();
      feed?.close();
      server?.close();
      server?.closeAllConnections();
    }
  });

  it('can be read with the keyboard alone: what scrolls can be reached', async () => {
    const page = await open(sampleData(), { width: 420 });
    const reached: (string | null)[] = [];
    for (let presses = 0; presses < 4; presses += 1) {
      await page.keyboard.press('Tab');
      reached.push(await page.evaluate('document.activeElement.getAttribute("aria-label")'));
    }
    expect(reached).toContain('queue');
    expect(reached).toContain('last releases');
  });
});
