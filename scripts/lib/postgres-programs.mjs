import { readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findOnPath, isExecutable } from './executables.mjs';
import { SetupError } from './setup-error.mjs';

const debian = '/usr/lib/postgresql';

/**
 * The directory of PostgreSQL's server programs (`initdb`, `postgres`): that of `initdb` on PATH, else the newest
 * of Debian's.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string}
 * @throws {SetupError} with the way out
 */
export function findPostgres(env = process.env) {
  const onPath = findOnPath('initdb', env);
  const candidates = [...(onPath === undefined ? [] : [dirname(realpathSync(onPath))]), ...debianVersions()];
  const found = candidates.find((bin) =>
    ['initdb', 'postgres'].every((name) => isExecutable(join(bin, name))),
  );
  if (found !== undefined) return found;
  throw new SetupError(
    `No PostgreSQL for the cluster: \`initdb\` is not on PATH and ${debian} has none. ` +
      'Install PostgreSQL 12 or later (Debian: apt-get install postgresql) and put its server programs on PATH.',
  );
}

function debianVersions() {
  try {
    return readdirSync(debian)
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join(debian, version, 'bin'));
  } catch {
    return [];
  }
}
