import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { factsOf, type RunFacts } from '../../src/report/facts.ts';
import { reportMarkdown } from '../../src/report/markdown.ts';
import { reportPage } from '../../src/report/page.ts';
import { storyOf } from '../../src/report/tell.ts';
import type { Story } from '../../src/report/story.ts';
import { accessibilityFindings, launchBrowser } from '../support/browser.ts';
import { bigDeploy } from './big.ts';
import { decode, recordedStory } from './histories.ts';

const made = { now: Date.parse('2026-03-01T03:00:00Z') };
const evil = '"><script>alert(1)</script><img src=x onerror=alert(2)> [a](http://b) | `c`';

describe('the report in a browser', () => {
  const directory = mkdtempSync(join(tmpdir(), 'greenlane-page-'));
  let browser: Browser;
  const complaints: string[] = [];
  const requests: string[] = [];

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(directory, { recursive: true });
  });
  afterEach(() => {
    complaints.length = 0;
    requests.length = 0;
  });

  async function open(story: Story, options: { dark?: boolean; width?: number } = {}): Promise<Page> {
    const file = join(directory, 'report.html');
    writeFileSync(file, reportPage(story, made).text);
    const page = await browser.newPage({
      colorScheme: options.dark === true ? 'dark' : 'light',
      viewport: { width: options.width ?? 1_200, height: 900 },
    });
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    return page;
  }

  async function bigStory(tenants: number): Promise<Story> {
    const runs: RunFacts[] = [];
    for (const { events } of bigDeploy(tenants, 3)) {
      const facts = await factsOf(events, decode);
      if (facts !== undefined) runs.push(facts);
    }
    return storyOf({ runs, complete: true }, made.now);
  }

  it('begins with the verdict, and shows timeline, fleet, gates, times, waves and audit trail', async () => {
    const page = await open(await recordedStory('deployed-with-a-quarantined-tenant'));
    expect(await page.innerText('h1')).toMatch(/Deployed: 6 of 7 tenants/);
    for (const heading of ['Timeline', 'Fleet', 'Gates', 'Where the time went', 'Waves (3)', 'Audit trail'])
      expect(await page.getByRole('heading', { name: heading, exact: true }).count()).toBe(1);
    expect(await page.getByRole('img', { name: 'Timeline of the deploy' }).count()).toBe(1);
    expect(await page.innerText('#fleet')).toMatch(/1 quarantined.*tenant-004/s);
    await page.close();
  });

  it('asks nobody for anything, runs no script, and breaks none of its own rules', async () => {
    const page = await open(await recordedStory('rolled-back-by-an-operator'));
    expect(requests).toHaveLength(1);
    expect(complaints).toEqual([]);
    expect(await page.locator('script').count()).toBe(0);
    expect(await page.evaluate('getComputedStyle(document.body).margin')).toBe('0px');
    await page.close();
  });

  it('I-23: shows what came from outside as text', async () => {
    const story = await recordedStory('failed-red-gate');
    const gates = story.gates.map((gate) => ({ ...gate, context: evil, description: evil }));
    const audit = [{ at: story.from, actor: evil, what: evil }];
    const planted = {
      ...story,
      gates,
      audit,
      actor: evil,
      because: evil,
      warnings: [evil],
      tag: evil,
      sha: evil,
    };
    const page = await open(planted);
    expect(await page.locator('main script, main img').count()).toBe(0);
    expect(complaints).toEqual([]);
    expect(requests).toHaveLength(1);
    await page.close();
    expect(reportMarkdown(planted, made)).not.toMatch(/<script|<img|\]\(http|`c`/);
  });

  it('is accessible, dark and light, wide and narrow, for every kind of end', async () => {
    const names = [
      'deployed',
      'failed-red-gate',
      'rolled-back-by-an-operator',
      'halted-by-its-deadline',
      'dry-run',
    ];
    for (const name of names)
      for (const dark of [false, true]) {
        const page = await open(await recordedStory(name), { dark, width: dark ? 420 : 1_200 });
        expect(await accessibilityFindings(page), name).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth'), name).toBe(
          true,
        );
        await page.close();
      }
  });

  it('prints dark text on white whatever the screen shows, with everything unfolded', async () => {
    const page = await open(await bigStory(400), { dark: true });
    const folded = page.locator('details li').first();
    expect(await folded.isVisible()).toBe(false);
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect(
      await page.evaluate('document.querySelector("details li").getBoundingClientRect().height > 0'),
    ).toBe(true);
    await page.close();
  });

  it('shows ten thousand tenants in less than 2 MB: a picture, and all names a key press away', async () => {
    const story = await bigStory(10_000);
    expect(story.tenants.named).toHaveLength(10_000);
    expect(Buffer.byteLength(reportPage(story, made).text)).toBeLessThan(2_000_000);
    const page = await open(story);
    expect(await page.innerText('h1')).toContain('9995 of 10000 tenants');
    expect(
      await page.getByRole('img', { name: /^10000 tenants: 5 quarantined.*9995 on the release/ }).count(),
    ).toBe(1);
    await page.locator('summary').focus();
    await page.keyboard.press('Enter');
    expect(await page.getByText('tenant-09999', { exact: true }).isVisible()).toBe(true);
    await page.close();
  });
});

describe('the report in markdown', () => {
  it('has the verdict on top, and names the tenants that need somebody', async () => {
    const text = reportMarkdown(await recordedStory('deployed-with-a-quarantined-tenant'), made);
    expect(text).toMatch(/^# ✔ Deployed: 6 of 7 tenants/);
    expect(text).toMatch(/### Tenants that need somebody\n\n.*\n.*\n\| tenant-004 \| quarantined/);
    expect(text).toContain('| CI / build (push) | success |');
  });

  it('keeps its tables whole for every kind of end', async () => {
    for (const name of ['deployed', 'failed-red-gate', 'rolled-back-on-failure', 'dry-run']) {
      let columns = 0;
      for (const line of reportMarkdown(await recordedStory(name), made).split('\n')) {
        if (!line.startsWith('|')) columns = 0;
        else if (columns === 0) columns = line.split('|').length;
        else expect(line.split('|').length, `${name}: ${line}`).toBe(columns);
      }
    }
  });
});
