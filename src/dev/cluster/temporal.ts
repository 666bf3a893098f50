import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterPrograms } from '../../../scripts/lib/cluster-programs.mjs';
import type { ServerProcess } from '../server-process.ts';
import { startServerProcess } from '../server-process.ts';
import { waitUntilServing } from '../serving.ts';
import { clusterConfig, dynamicConfig } from './config.ts';
import type { ClusterPorts } from './ports.ts';

const environment = 'greenlane';
const startMs = 60_000;
/** There from the server's first start on; ours is registered later. */
const systemNamespace = 'temporal-system';

/** A Temporal server's own directory, ready to be started on. */
export interface TemporalHome {
  readonly program: string;
  readonly directory: string;
  readonly address: string;
}

/** Writes the configuration of a Temporal server below `directory`. */
export function createTemporalHome(
  programs: ClusterPrograms,
  directory: string,
  ports: ClusterPorts,
): TemporalHome {
  const home = join(directory, 'temporal');
  const dynamic = join(home, 'config', 'dynamic.yaml');
  mkdirSync(join(home, 'config'), { recursive: true });
  const own = (name: string): string => readFileSync(join(programs.config, name), 'utf8');
  const config = clusterConfig(own('development-postgres12.yaml'), ports, dynamic);
  writeFileSync(join(home, 'config', `${environment}.yaml`), config);
  writeFileSync(dynamic, dynamicConfig(own(join('dynamicconfig', 'development-sql.yaml')), ports));
  return { program: programs.server, directory: home, address: `127.0.0.1:${ports.services.frontend.grpc}` };
}

/**
 * Starts all services of the server in one process, and waits until it answers.
 * @throws {import('../../errors.ts').ServerStartError}
 */
export async function startTemporal({ program, directory, address }: TemporalHome): Promise<ServerProcess> {
  const args = ['--root', directory, '--config', 'config', '--env', environment, '--allow-no-auth', 'start'];
  const server = await startServerProcess({ command: program, args, cwd: directory });
  await waitUntilServing(server, {
    what: 'the Temporal server',
    address,
    namespace: systemNamespace,
    deadlineMs: startMs,
  });
  return server;
}
