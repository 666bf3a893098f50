import { accessSync, constants } from 'node:fs';

const known = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** What to do on a machine without the browser. */
export const chromiumRemedy =
  'The pages are tested in a real browser, and there is none: apt-get install chromium (Debian, Ubuntu), or set CHROMIUM_PATH to a chromium or Chrome.';

/**
 * The browser of the page tests and screenshots: CHROMIUM_PATH, else where systems have it.
 * @param {Readonly<Record<string, string | undefined>>} [env]
 * @returns {string | undefined}
 */
export function findChromium(env = process.env) {
  const named = env.CHROMIUM_PATH;
  const candidates = named === undefined || named === '' ? known : [named];
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
