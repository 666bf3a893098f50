import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './setup-error.mjs';

/**
 * The software bill of materials of the production packages, by npm itself.
 * @param {string} root of the project
 * @returns {Promise<string>} CycloneDX 1.5, JSON
 * @throws {SetupError} with npm's words when it makes none
 */
export function sbom(root) {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'];
  return new Promise((done, reject) => {
    const child = spawn('npm', [...args, '--package-lock-only'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
    child.on('error', (error) => reject(new SetupError(`npm cannot be run: ${error.message}`)));
    child.on('close', (code) =>
      code === 0
        ? done(ofProduction(output, root))
        : reject(new SetupError(`npm made no bill of materials:\n${errors}`)),
    );
  });
}

/**
 * @typedef {object} Bom what of CycloneDX is touched here
 * @property {{ component: { name: string, 'bom-ref': string } }} metadata
 * @property {{ 'bom-ref': string, properties: { name: string }[] }[]} components
 * @property {{ ref: string, dependsOn: string[] }[]} dependencies
 */

/**
 * Takes out what is for development only. `npm sbom --omit dev` is not up to that: it leaves out every package that
 * anything for development needs as well, which is three in four. And npm calls the project by its directory.
 * @param {string} text
 * @param {string} root
 */
function ofProduction(text, root) {
  /** @type {Bom} */
  const bom = JSON.parse(text);
  const own = bom.metadata.component['bom-ref'];
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const kept = new Set(
    Object.entries(packages)
      .filter(([path, { dev }]) => path !== '' && dev !== true)
      .map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`),
  );
  bom.metadata.component.name = own.replace(/@[^@]*$/, '');
  bom.components = bom.components
    .filter((component) => kept.has(component['bom-ref']))
    // Set by npm where a package serves development as well.
    .map((component) => ({
      ...component,
      properties: component.properties.filter(({ name }) => name !== 'cdx:npm:package:development'),
    }));
  bom.dependencies = bom.dependencies
    .filter(({ ref }) => ref === own || kept.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => kept.has(one)) }));
  return `${JSON.stringify(bom, null, 2)}\n`;
}
