#!/usr/bin/env node
// `npm run audit`: the packages as the lock file has them (licences, checksums, sources, installation scripts) and what
// the registry knows against them. Fails when the registry cannot be asked: not knowing is not passing.
import { askForAdvisories } from './lib/advisories.mjs';
import { problemsIn } from './lib/packages.mjs';
import { isMain, root, runScript } from './lib/script.mjs';
import { SetupError } from './lib/setup-error.mjs';

/**
 * @param {{ mustKnow?: boolean }} [options] `mustKnow: false`: an advisory that is found fails; a registry without an
 *   audit endpoint is told of by what is given back
 * @returns {Promise<string>} what was found out, in a line
 * @throws {SetupError} naming every package with a problem
 */
export async function audit({ mustKnow = true } = {}) {
  const problems = problemsIn(root);
  if (problems.length > 0) throw new SetupError(`Packages:\n  ${problems.join('\n  ')}`);
  const advisories = await askForAdvisories(root);
  if (advisories.kind === 'found')
    throw new SetupError(`The registry knows of vulnerabilities:\n  ${advisories.lines.join('\n  ')}`);
  if (advisories.kind === 'none') return 'advisories: none known to the registry';
  if (mustKnow)
    throw new SetupError(`The registry could not be asked for advisories (${advisories.why}), so nobody knows.
Run this where the npm registry answers audits: https://registry.npmjs.org, or a mirror that passes them on.`);
  return `advisories: NOT CHECKED, the registry answers no audit (${advisories.why}); npm run audit fails on that`;
}

if (isMain(import.meta.url)) await runScript(async () => console.log(await audit()));
