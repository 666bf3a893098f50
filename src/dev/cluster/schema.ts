import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ClusterPrograms } from '../../../scripts/lib/cluster-programs.mjs';
import { ServerStartError } from '../../errors.ts';
import { databaseUser } from './postgres.ts';

const exec = promisify(execFile);
const databases = [
  { name: 'temporal', schema: 'temporal' },
  { name: 'temporal_visibility', schema: 'visibility' },
];

/**
 * Creates both databases of a Temporal server and brings their schema to its version.
 * @param port of a PostgreSQL that accepts connections
 * @throws {ServerStartError} with what the tool said
 */
export async function createSchema(programs: ClusterPrograms, port: number): Promise<void> {
  const connection = [
    '--plugin',
    'postgres12',
    '--ep',
    '127.0.0.1',
    '-p',
    String(port),
    '-u',
    databaseUser,
    '--pw',
    databaseUser,
  ];
  for (const { name, schema } of databases) {
    const versions = join(programs.schema, schema, 'versioned');
    for (const command of [['create'], ['setup-schema', '-v', '0.0'], ['update-schema', '-d', versions]]) {
      try {
        await exec(programs.sqlTool, [...connection, '--db', name, ...command]);
      } catch (error) {
        const { stderr = '', stdout = '' } = error as { stderr?: string; stdout?: string };
        throw new ServerStartError(
          `the schema of ${name}`,
          `${command[0]} failed`,
          (stderr + stdout).slice(-2000),
        );
      }
    }
  }
}
