import { accessSync, constants } from 'node:fs';
import { findOnPath } from './executables.mjs';
import { lastLines, run } from './run.mjs';
import { SetupError } from './setup-error.mjs';

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

/**
 * As {@link findChromium}; when there is none, installs Debian's, where this is Debian and we are root.
 * @param {import('./steps.mjs').Steps} steps
 * @throws {SetupError} with the ways out when that is not possible
 */
export async function ensureChromium(steps) {
  if (findChromium() !== undefined) return;
  const named = process.env['CHROMIUM_PATH'];
  if (named) throw new SetupError(`CHROMIUM_PATH is ${named}, which is no executable file.`);
  if (process.getuid?.() !== 0 || findOnPath('apt-get') === undefined) throw new SetupError(chromiumRemedy);
  await steps.step(
    'Chromium: installing the package of this Debian',
    async () => {
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
      await run('apt-get', ['update', '-q'], { env });
      const { code, output } = await run(
        'apt-get',
        ['install', '-y', '-q', '--no-install-recommends', 'chromium'],
        { env },
      );
      if (code !== 0 || findChromium() === undefined)
        throw new SetupError(`${lastLines(output)}\n${chromiumRemedy}`);
    },
    { slow: 'the pages are tested in a real browser; once, about a minute' },
  );
}
