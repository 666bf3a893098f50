import { spawn } from 'node:child_process';

/**
 * What the registry knows against the production packages. `unknown`: it could not be asked, and why; that is no good
 * news, and nobody may take it for such.
 * @typedef {{ kind: 'none' } | { kind: 'found', lines: string[] } | { kind: 'unknown', why: string }} Advisories
 */

/**
 * Asks the npm registry, within seconds.
 * @param {string} root of the project
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Advisories>}
 */
export async function askForAdvisories(root, env = process.env) {
  const quick = ['--fetch-retries=0', '--fetch-timeout=5000'];
  const args = ['audit', '--omit', 'dev', '--json', '--audit-level=none', ...quick];
  return readAdvisories(await outputOf('npm', args, { cwd: root, env }));
}

/**
 * Reads what `npm audit --json` printed.
 * @param {string} output
 * @returns {Advisories}
 */
export function readAdvisories(output) {
  /** @type {{ vulnerabilities?: Record<string, { severity: string, range: string }>, metadata?: unknown, message?: string }} */
  let said;
  try {
    said = JSON.parse(output);
  } catch {
    return { kind: 'unknown', why: 'npm audit gave no answer' };
  }
  if (typeof said?.vulnerabilities !== 'object' || said.metadata === undefined)
    return { kind: 'unknown', why: (said?.message ?? 'npm audit gave no list').split(' - ')[0] ?? '' };
  const lines = Object.entries(said.vulnerabilities).map(
    ([name, { severity, range }]) => `${name} (${severity}): ${range}`,
  );
  return lines.length === 0 ? { kind: 'none' } : { kind: 'found', lines };
}

/**
 * Stdout of a command, whatever its exit code: npm warns on stderr.
 * @param {string} command @param {string[]} args @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<string>}
 */
function outputOf(command, args, options) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'ignore'], timeout: 20_000 });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', () => resolve(''));
    child.on('close', () => resolve(output));
  });
}
