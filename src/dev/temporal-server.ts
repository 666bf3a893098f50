import { TypedSearchAttributes } from '@temporalio/common';
import type { SearchAttributeType } from '@temporalio/common';
import { ServerStartError } from '../errors.ts';
import { searchAttributes as greenlaneAttributes } from '../workflows/search-attributes.ts';
import { freePort, isFree } from './ports.ts';
import { startServerProcess } from './server-process.ts';
import { waitUntilServing } from './serving.ts';
import { startAgain } from './start-again.ts';
import { temporalCli } from './temporal-cli.ts';

const host = '127.0.0.1';
const what = 'the Temporal dev server';
const startMs = 30_000;
const stopMs = 5_000;

/** How the dev server runs. */
export interface DevServerOptions {
  /** Port of the gRPC frontend; a free one unless given. */
  readonly port?: number;
  /** Port of the web UI; a free one unless given. */
  readonly uiPort?: number;
  /** SQLite file that outlives the server; without one everything is lost with the process. */
  readonly dbFilename?: string;
  /** What is written to that file survives the end of the server, but not of the machine: half the work. */
  readonly outlivesOnlyTheServer?: boolean;
  /** Created besides `default`. */
  readonly namespace?: string;
  /** Without the web UI. */
  readonly headless?: boolean;
  /** Registered in the namespace; Greenlane's own unless given. */
  readonly searchAttributes?: readonly { readonly name: string; readonly type: SearchAttributeType }[];
  /** The server's own settings by name, e.g. how long a history gets before continue-as-new is suggested. */
  readonly dynamicConfig?: Readonly<Record<string, number | boolean>>;
}

/** A dev server that answers. */
export interface DevServer {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  readonly port: number;
  /** Undefined when headless. */
  readonly uiUrl: string | undefined;
  readonly namespace: string;
  readonly pid: number;
  /** Sends the signal and waits for the end (`SIGKILL` for fault tests); harmless when it has ended. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends it in order, the database file closed. */
  stop(): Promise<void>;
}

/**
 * Starts a Temporal dev server on loopback and waits until it answers for its namespace. It ends with this
 * process at the latest. Starting one on the port and database file of one that was killed goes on with its state.
 * @throws {SetUpError} when there is no CLI and none can be had
 * @throws {ServerStartError} when a port is in use or the server does not come up
 */
export async function startDevServer(options: DevServerOptions = {}): Promise<DevServer> {
  const command = await temporalCli();
  return startAgain(async () => startOnce(command, options));
}

async function startOnce(command: string, options: DevServerOptions): Promise<DevServer> {
  const { namespace = 'default', headless = false } = options;
  const port = await portFor('port', options.port);
  const uiPort = headless ? undefined : await portFor('uiPort', options.uiPort);
  const server = await startServerProcess({ command, args: argumentsFor(options, namespace, port, uiPort) });
  const address = `${host}:${port}`;
  await waitUntilServing(server, { what, address, namespace, deadlineMs: startMs });
  return {
    address,
    port,
    uiUrl: uiPort === undefined ? undefined : `http://${host}:${uiPort}`,
    namespace,
    pid: server.pid,
    kill: (signal) => server.kill(signal),
    stop: () => server.stop(stopMs, options.dbFilename === undefined ? 'SIGKILL' : 'SIGTERM'),
  };
}

async function portFor(option: string, wanted: number | undefined): Promise<number> {
  if (wanted === undefined) return freePort();
  if (await isFree(wanted)) return wanted;
  throw new ServerStartError(what, `port ${wanted} (${option}) is in use: name another one`, '');
}

function argumentsFor(
  {
    dbFilename,
    outlivesOnlyTheServer = false,
    searchAttributes = Object.values(greenlaneAttributes),
    dynamicConfig = {},
  }: DevServerOptions,
  namespace: string,
  port: number,
  uiPort: number | undefined,
): string[] {
  return [
    ...['server', 'start-dev', '--ip', host, '--port', String(port), '--namespace', namespace],
    ...['--log-level', 'warn'],
    ...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort)]),
    ...(dbFilename === undefined ? [] : ['--db-filename', dbFilename]),
    ...(outlivesOnlyTheServer
      ? ['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=off']
      : []),
    ...Object.entries(dynamicConfig).flatMap(([name, value]) => [
      '--dynamic-config-value',
      `${name}=${value}`,
    ]),
    ...searchAttributes.flatMap(({ name, type }) => [
      '--search-attribute',
      `${name}=${TypedSearchAttributes.toMetadataType(type)}`,
    ]),
  ];
}
