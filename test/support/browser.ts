import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type Page } from 'playwright-core';
import { chromiumRemedy, findChromium } from '../../scripts/lib/chromium.mjs';

/** A real browser without a window. @throws Error that says how to get one, on a machine that has none. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(chromiumRemedy);
  const root = process.getuid?.() === 0;
  return chromium.launch({ executablePath, args: root ? ['--no-sandbox'] : [] });
}

/** What axe-core finds wrong with a page: one line per finding, with the first elements it stands on. */
export async function accessibilityFindings(page: Page): Promise<string[]> {
  const path = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  // Evaluated through the debugger: the pages' own policy lets no script in, and stays as it is.
  await page.evaluate(readFileSync(path, 'utf8'));
  const found = await page.evaluate<{ id: string; help: string; where: string[] }[]>(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(({ violations }) =>
      violations.map(({ id, help, nodes }) => ({ id, help, where: nodes.slice(0, 3).map(({ html }) => html) })))`,
  );
  return found.map(({ id, help, where }) => `${id}: ${help}: ${where.join(' ')}`);
}
