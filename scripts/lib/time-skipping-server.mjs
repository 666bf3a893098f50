import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheDirectory, fillDirectory } from './cache.mjs';
import { findOnPath, isExecutable } from './executables.mjs';
import { lastLines, run } from './run.mjs';
import { downloadThroughSdk, sdkVersion } from './sdk-download.mjs';
import { SetupError } from './setup-error.mjs';

/** The version that Maven delivers. */
export const testServerVersion = '1.38.0';
const executable = 'temporal-test-server';
const built = `temporal-test-server-${testServerVersion}`;
const downloaded = `temporal-test-server-sdk-${sdkVersion}`;

/** @typedef {{ path: string, source: 'TEMPORAL_TEST_SERVER_PATH' | 'cache' }} FoundTestServer */

/**
 * The time-skipping test server, looked for in `TEMPORAL_TEST_SERVER_PATH` and in the cache (where the one from
 * Maven counts only if `java` is there). Its arguments are those of the SDK's own: the port, nothing else; it
 * skips no time until a client unlocks that, which the SDK does while a result is awaited.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {FoundTestServer | undefined}
 * @throws {SetupError} when `TEMPORAL_TEST_SERVER_PATH` names no executable
 */
export function findTimeSkippingServer(env = process.env) {
  const named = env['TEMPORAL_TEST_SERVER_PATH'];
  if (named) {
    if (isExecutable(named)) return { path: named, source: 'TEMPORAL_TEST_SERVER_PATH' };
    throw new SetupError(
      `TEMPORAL_TEST_SERVER_PATH is ${named}, which is no executable file. Point it to a Temporal test server or unset it.`,
    );
  }
  const java = findOnPath('java', env);
  for (const directory of java === undefined ? [downloaded] : [downloaded, built]) {
    const path = join(cacheDirectory(env), directory, executable);
    if (isExecutable(path)) return { path, source: 'cache' };
  }
  return undefined;
}

/**
 * As {@link findTimeSkippingServer}; when there is none, lets the SDK download it, else gets its jars through
 * Maven (some seconds), into the cache.
 * @param {import('./steps.mjs').Steps} steps
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<FoundTestServer>}
 * @throws {SetupError} with the ways out when neither is possible
 */
export async function ensureTimeSkippingServer(steps, env = process.env) {
  const found = findTimeSkippingServer(env);
  if (found !== undefined) return found;
  const cache = cacheDirectory(env);
  /** @param {string} holder */
  const onWait = (holder) => steps.note(`  waiting for ${holder}, which is getting the test server`);
  const obstacle = await steps.step(
    'Time-skipping test server: downloading it through the SDK, into the cache',
    () => download(join(cache, downloaded), env, onWait),
  );
  if (obstacle === undefined) return { path: join(cache, downloaded, executable), source: 'cache' };
  const missing = ['mvn', 'java'].filter((tool) => findOnPath(tool, env) === undefined);
  if (missing.length > 0) throw noWayFound(obstacle, missing, cache);
  await steps.step(
    `Time-skipping test server: fetching ${testServerVersion} with Maven`,
    () => fillDirectory(join(cache, built), executable, (staging) => fetchWithMaven(staging, env), onWait),
    { slow: `the download failed (${obstacle}); once, less than a minute` },
  );
  return { path: join(cache, built, executable), source: 'cache' };
}

/** @param {string} directory @param {NodeJS.ProcessEnv} env @param {(holder: string) => void} onWait */
async function download(directory, env, onWait) {
  /** @type {string | undefined} */
  let obstacle;
  await fillDirectory(
    directory,
    executable,
    async (staging) => {
      const binary = join(staging, `${executable}.bin`);
      obstacle = await downloadThroughSdk('createTimeSkipping', binary, env);
      if (obstacle !== undefined) throw new Error(obstacle);
      writeWrapper(join(staging, executable), `"$here/${executable}.bin"`);
    },
    onWait,
  ).catch((error) => {
    if (obstacle === undefined) throw error;
  });
  return obstacle;
}

/** @param {string} staging @param {NodeJS.ProcessEnv} env */
async function fetchWithMaven(staging, env) {
  const project = mkdtempSync(join(tmpdir(), 'greenlane-maven-'));
  try {
    writeFileSync(join(project, 'pom.xml'), pom);
    const jars = join(staging, 'jars');
    const goal = [
      '-q',
      '-B',
      'dependency:copy-dependencies',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${jars}`,
    ];
    const { code, output } = await run('mvn', goal, { cwd: project, env });
    if (code !== 0)
      throw new SetupError(`Maven could not fetch the time-skipping test server:\n${lastLines(output)}`);
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
  // Short lived: what it takes to start matters, not what the optimising compiler would gain later.
  const java =
    'java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$here/jars/*" io.temporal.testserver.TestServer';
  writeWrapper(join(staging, executable), java);
}

/**
 * The executable that the SDK starts. It keeps its process id (the SDK kills it by that), and a watcher ends it
 * when whoever started it is gone without having done so.
 * @param {string} path
 * @param {string} command
 */
function writeWrapper(path, command) {
  const script = `#!/bin/sh
here=$(dirname "$0")
parent=$PPID
(while kill -0 $$; do kill -0 "$parent" || kill -9 $$; sleep 1; done) </dev/null >/dev/null 2>&1 &
exec ${command} "$@"
`;
  writeFileSync(`${path}.tmp`, script, { mode: 0o755 });
  renameSync(`${path}.tmp`, path);
}

// slf4j-nop: without a logger the server's first words would be a complaint on stderr, in every test.
const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>greenlane</groupId><artifactId>test-server</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.temporal</groupId><artifactId>temporal-test-server</artifactId><version>${testServerVersion}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
`;

/** @param {string} obstacle @param {string[]} missing @param {string} cache */
function noWayFound(obstacle, missing, cache) {
  return new SetupError(`No time-skipping test server here, and no way to get one:
  TEMPORAL_TEST_SERVER_PATH  is not set
  the cache                  ${cache} has none
  the download               failed: ${obstacle}
  Maven                      needs ${missing.map((tool) => `\`${tool}\``).join(' and ')} on PATH
Ways out, any one of them:
  - install Maven and a JDK (Debian: apt-get install maven) and run this again
  - name a test server by TEMPORAL_TEST_SERVER_PATH
  - copy ${join(cache, built)} from a machine that has it (it needs \`java\`)`);
}
