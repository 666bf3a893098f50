import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines, run } from './run.mjs';

/** The release whose own idea of the right server is downloaded (it is part of the cache's directory name). */
export const sdkVersion = '1.23.0';

const connectMs = 10_000;
const stallMs = 30_000;
const wholeMs = 10 * 60_000;

// The SDK offers its download only as a part of starting the server, which also proves that it runs here.
const child = `
const [testing, create, downloadDir] = process.argv.slice(1);
const { TestWorkflowEnvironment } = require(testing);
TestWorkflowEnvironment[create]({ server: { executable: { type: 'cached-download', downloadDir, ttl: '365d' } } })
  .then((environment) => environment.teardown())
  .then(() => process.exit(0), (error) => { console.error(error.message); process.exit(1); });
`;

/**
 * Lets the SDK download its server, start it once and stop it, and puts the executable at `to`. Bounded in time:
 * 10 s to the first byte, 30 s without progress, 10 min in all.
 * @param {'createLocal' | 'createTimeSkipping'} create
 * @param {string} to absolute path of the executable; its directory exists
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<string | undefined>} why it did not work, in a few words, or undefined
 */
export async function downloadThroughSdk(create, to, env = process.env) {
  const testing = resolveTesting();
  if (testing === undefined) return '@temporalio/testing is not installed';
  const directory = `${to}.download`;
  mkdirSync(directory, { recursive: true });
  const abort = new AbortController();
  try {
    void abortOnStall(directory, abort);
    const args = ['-e', child, testing, create, directory];
    const { code, output, aborted } = await run(process.execPath, args, { env, signal: abort.signal });
    if (aborted) return String(abort.signal.reason);
    const file = readdirSync(directory).find((name) => !name.endsWith('.downloading'));
    if (code !== 0 || file === undefined) return firstCause(output);
    renameSync(join(directory, file), to);
    return undefined;
  } finally {
    abort.abort();
    rmSync(directory, { recursive: true, force: true });
  }
}

function resolveTesting() {
  try {
    return createRequire(import.meta.url).resolve('@temporalio/testing');
  } catch {
    return undefined;
  }
}

/**
 * Ends the download when nothing arrives any more; ends itself with it.
 * @param {string} directory
 * @param {AbortController} abort
 */
async function abortOnStall(directory, abort) {
  const start = Date.now();
  let size = 0;
  let progressAt = start;
  for (;;) {
    await sleep(250, undefined, { ref: false });
    const now = sizeOf(directory);
    if (now === undefined || abort.signal.aborted) return;
    if (now !== size) [size, progressAt] = [now, Date.now()];
    const limit = size === 0 ? connectMs : stallMs;
    if (Date.now() - progressAt > limit) abort.abort(`nothing arrived for ${limit / 1000} s`);
    else if (Date.now() - start > wholeMs) abort.abort(`not done after ${wholeMs / 60_000} min`);
  }
}

/** @param {string} directory @returns {number | undefined} bytes in it, undefined when it is gone */
function sizeOf(directory) {
  try {
    return readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
  } catch {
    return undefined;
  }
}

/**
 * The innermost reason of the SDK's nested message.
 * @param {string} output
 */
function firstCause(output) {
  const line = lastLines(output, 1) || 'no reason given';
  const cause = line.split(/: (?=[a-z ]*error|failed)/).at(-1) ?? line;
  return cause.slice(0, 160);
}
