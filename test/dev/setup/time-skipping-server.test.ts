import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  ensureTimeSkippingServer,
  findTimeSkippingServer,
} from '../../../scripts/lib/time-skipping-server.mjs';
import { createSandbox, writeTool } from './sandbox.ts';

const mavenThatWorks =
  'for a; do case $a in -DoutputDirectory=*) mkdir -p "${a#*=}"; cp pom.xml "${a#*=}/x.jar";; esac; done';

describe('findTimeSkippingServer', () => {
  it('takes TEMPORAL_TEST_SERVER_PATH, and refuses one that is no executable', () => {
    const { env, directory } = createSandbox();
    const path = writeTool(join(directory, 'server'), ':');
    expect(findTimeSkippingServer({ ...env, TEMPORAL_TEST_SERVER_PATH: path })?.path).toBe(path);
    expect(() => findTimeSkippingServer({ ...env, TEMPORAL_TEST_SERVER_PATH: directory })).toThrow(
      `TEMPORAL_TEST_SERVER_PATH is ${directory}, which is no executable file`,
    );
  });
});

describe('ensureTimeSkippingServer', () => {
  it('fetches the server with Maven; it then gets the port and nothing else', async () => {
    const { env, cache, steps, printed, tool } = createSandbox();
    tool('mvn', mavenThatWorks);
    tool('java', 'echo "$@"');
    tool('dirname', 'exec /usr/bin/dirname "$@"');
    const { path } = await ensureTimeSkippingServer(steps, env);
    expect(printed()).toMatch(/fetching 1\.38\.0 with Maven: the download failed \(.+\)/);
    expect(readdirSync(cache)).toEqual(['temporal-test-server-1.38.0']);
    const said = execFileSync(path, ['7233'], { env, encoding: 'utf8' });
    expect(said).toMatch(/io\.temporal\.testserver\.TestServer 7233\n$/);
    expect(findTimeSkippingServer(env)?.path).toBe(path);
  });

  it('does not count one from Maven on a machine without Java', async () => {
    const first = createSandbox();
    first.tool('mvn', mavenThatWorks);
    first.tool('java', ':');
    await ensureTimeSkippingServer(first.steps, first.env);
    const second = createSandbox();
    expect(findTimeSkippingServer({ ...second.env, GREENLANE_CACHE: first.cache })).toBeUndefined();
  });

  it('shows what Maven said, and leaves nothing', async () => {
    const { env, cache, steps, tool } = createSandbox();
    tool('mvn', 'echo "Could not resolve"; exit 1');
    tool('java', ':');
    await expect(ensureTimeSkippingServer(steps, env)).rejects.toThrow('Could not resolve');
    expect(readdirSync(cache)).toEqual([]);
  });

  it('names what is missing and the ways out', async () => {
    const { env, steps } = createSandbox();
    await expect(ensureTimeSkippingServer(steps, env)).rejects.toThrow(
      /needs `mvn` and `java` on PATH[\s\S]*Ways out/,
    );
  });
});
