import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Licences that production packages may have: each lets the program be used, changed and passed on without its source.
 */
const allowed = new Set([
  ...['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'ISC', 'MIT', 'Unlicense'],
  // Data about browsers, which webpack brings along.
  'CC-BY-4.0',
]);

/** Packages that name no licence in package.json, and what their LICENSE file says; for that version only. */
const read = new Map([['unionfs@4.6.0', 'Unlicense']]);

/** Packages whose installation runs a program of theirs: native code that is chosen for the machine. */
const mayRunScripts = new Set(['@swc/core', 'esbuild', 'protobufjs', 'fsevents']);

/**
 * @typedef {object} Locked an entry of package-lock.json
 * @property {string} [version]
 * @property {string} [license]
 * @property {string} [integrity]
 * @property {string} [resolved]
 * @property {boolean} [dev]
 * @property {boolean} [link]
 * @property {boolean} [hasInstallScript]
 */

/**
 * What is wrong with the packages of a lock file, each by its name; nothing is asked of a network. Production packages:
 * a licence that is not allowed, or none. All: no checksum of the registry, another source than the registry, a program
 * that runs on installation and that nobody has looked at.
 * @param {Record<string, Locked>} packages of package-lock.json, by path
 * @param {(path: string) => string | undefined} licenceIn of an installed package, where the lock names none
 * @returns {string[]}
 */
export function problemsOf(packages, licenceIn) {
  return Object.entries(packages).flatMap(([path, entry]) => {
    if (path === '') return [];
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const called = `${name}@${entry.version ?? '?'}`;
    const problems = [];
    if (entry.dev !== true) {
      const licence = entry.license ?? licenceIn(path) ?? read.get(called);
      if (licence === undefined) problems.push(`${called} names no licence`);
      else if (!isAllowed(licence))
        problems.push(`${called} has the licence ${licence}, which is not allowed`);
    }
    if (entry.link === true || !/^sha512-/.test(entry.integrity ?? ''))
      problems.push(`${called} has no SHA-512 checksum in package-lock.json`);
    if (entry.resolved !== undefined && !entry.resolved.startsWith('https://registry.npmjs.org/'))
      problems.push(`${called} does not come from the registry`);
    if (entry.hasInstallScript === true && !mayRunScripts.has(name))
      problems.push(`${called} runs a program when it is installed, which nobody has allowed`);
    return problems;
  });
}

/**
 * Whether an SPDX expression is satisfied by allowed licences: every part of an AND, one part of an OR.
 * @param {string} expression
 * @returns {boolean}
 */
export function isAllowed(expression) {
  const text = expression.trim().replace(/^\(([^()]*)\)$/, '$1');
  if (/[()]/.test(text)) return false;
  return text
    .split(/ OR /)
    .some((choice) => choice.split(/ AND /).every((licence) => allowed.has(licence.trim())));
}

/**
 * @param {string} root of the project
 * @returns {string[]} see {@link problemsOf}
 */
export function problemsIn(root) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return problemsOf(lock.packages, (path) => {
    const { license } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
    return typeof license === 'string' ? license : undefined;
  });
}
