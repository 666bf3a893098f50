import { execFile } from 'node:child_process';
import { chownSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ServerStartError } from '../../errors.ts';
import type { ServerProcess } from '../server-process.ts';
import { startServerProcess } from '../server-process.ts';

const exec = promisify(execFile);
const what = 'PostgreSQL';
const startMs = 20_000;
const pollMs = 50;

/** Name and password of the database's owner; it listens on loopback only. */
export const databaseUser = 'temporal';

/** A database directory of our own. */
export interface Database {
  /** Of PostgreSQL's programs. */
  readonly bin: string;
  readonly data: string;
  readonly port: number;
  /** The user it runs as when we are root, which PostgreSQL refuses to be. */
  readonly owner: Owner | undefined;
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Makes an empty database directory below `directory`.
 * @throws {ServerStartError} with what initdb said
 */
export async function createDatabase(bin: string, directory: string, port: number): Promise<Database> {
  const owner = process.getuid?.() === 0 ? await unprivilegedUser() : undefined;
  const home = join(directory, 'postgres');
  mkdirSync(home);
  if (owner !== undefined) chownSync(home, owner.uid, owner.gid);
  const data = join(home, 'data');
  const args = ['-D', data, '-U', databaseUser, '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
  try {
    await exec(join(bin, 'initdb'), args, { cwd: home, ...owner });
  } catch (error) {
    const said = (error as { stderr?: string }).stderr ?? '';
    throw new ServerStartError(what, 'initdb failed', said.trim() || String(error));
  }
  return { bin, data, port, owner };
}

/**
 * Starts PostgreSQL on its directory and waits until it accepts connections; after a crash that includes the
 * recovery.
 * @throws {ServerStartError}
 */
export async function startPostgres(database: Database): Promise<ServerProcess> {
  const end = Date.now() + startMs;
  for (;;) {
    const server = await launch(database);
    while (!server.hasEnded() && Date.now() < end) {
      if (accepts(database, server)) return server;
      await sleep(pollMs);
    }
    await server.stop(0);
    // Backends of a killed server hold its shared memory until they have noticed.
    const orphans = /pre-existing shared memory block/.test(server.lastLines(20));
    if (orphans && Date.now() < end) await sleep(pollMs);
    else throw new ServerStartError(what, 'it does not accept connections', server.lastLines(12));
  }
}

function launch({ bin, data, port, owner }: Database): Promise<ServerProcess> {
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    // Each of the server's four services has pools of its own.
    'max_connections=200',
  ];
  const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])];
  return startServerProcess({
    command: join(bin, 'postgres'),
    args,
    cwd: data,
    leashSignal: 'QUIT',
    ...owner,
  });
}

/** PostgreSQL tells its state in the last line of its lock file. */
function accepts({ data }: Database, server: ServerProcess): boolean {
  try {
    const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
    return Number(lines[0]) === server.pid && lines[7]?.trim() === 'ready';
  } catch {
    return false;
  }
}

/** PostgreSQL's own user where there is one, else nobody. */
async function unprivilegedUser(): Promise<Owner> {
  for (const name of ['postgres', 'nobody']) {
    try {
      const ids = await Promise.all(
        ['-u', '-g'].map(async (flag) => Number((await exec('id', [flag, name])).stdout)),
      );
      const [uid, gid] = ids as [number, number];
      return { uid, gid };
    } catch {
      // The next one.
    }
  }
  throw new ServerStartError(
    what,
    'it refuses to run as root, and there is neither a user postgres nor nobody',
    '',
  );
}
