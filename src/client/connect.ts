import { Client, Connection, isGrpcServiceError } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { dataConverterOf } from '../codec/index.ts';
import type { Environment } from '../config/environment.ts';
import { text } from '../config/environment.ts';
import { DEFAULT_LANE } from '../config/defaults.ts';
import { ConfigurationError, TemporalUnreachableError } from '../errors.ts';
import { AskAgain } from './ask-again.ts';
import { actorOf } from './identity.ts';
import { tracingOf } from '../observability/traced.ts';
import { searchAttributes } from '../workflows/search-attributes.ts';

const CONNECT_TIMEOUT_MS = 5_000;

export interface TemporalAccess {
  readonly client: Client;
  readonly address: string;
  readonly namespace: string;
  /** The lane: the task queue that deploys run on. */
  readonly lane: string;
  close(): Promise<void>;
}

/** The lane of this environment: `GREENLANE_TASK_QUEUE`, else `publish`. */
export function laneOf(env: Environment): string {
  return text(env, 'GREENLANE_TASK_QUEUE') ?? DEFAULT_LANE;
}

/**
 * Address, namespace, TLS and API key as the SDK's own environment configuration has them; an empty variable is none.
 * @throws ConfigurationError for a file of it that cannot be read.
 */
export function temporalConfig(env: Environment) {
  const said = Object.entries(env).filter((entry): entry is [string, string] => (entry[1] ?? '') !== '');
  let config: ReturnType<typeof loadClientConnectConfig>;
  try {
    config = loadClientConnectConfig({ overrideEnvVars: Object.fromEntries(said) });
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    const why =
      path === undefined
        ? (error as Error).message
        : `${path} cannot be read (${code ?? 'unreadable'}); expected the file that a TEMPORAL_TLS_… variable or TEMPORAL_CONFIG_FILE names`;
    throw new ConfigurationError({ source: 'connection to Temporal' }, why);
  }
  return {
    connectionOptions: config.connectionOptions,
    namespace: config.namespace ?? 'default',
    address: config.connectionOptions.address ?? 'localhost:7233',
  };
}

/**
 * Connects to Temporal as the environment says.
 * @param options `timeoutMs` for the connection; 5 s unless given
 * @throws TemporalUnreachableError within seconds when nothing answers there; ConfigurationError for codec keys that
 * cannot be used.
 */
export async function connect(
  env: Environment,
  options: { readonly timeoutMs?: number } = {},
): Promise<TemporalAccess> {
  const { connectionOptions, namespace, address } = temporalConfig(env);
  const dataConverter = dataConverterOf(env);
  let connection: Connection;
  try {
    connection = await Connection.connect({
      ...connectionOptions,
      address,
      connectTimeout: options.timeoutMs ?? CONNECT_TIMEOUT_MS,
    });
  } catch (error) {
    throw new TemporalUnreachableError(address, whyNot(error));
  }
  const tracing = await tracingOf(env, 'greenlane');
  const client = new Client({
    connection,
    namespace,
    // Temporal's own record of who said it is the audit trail's.
    identity: actorOf(env),
    dataConverter,
    interceptors: { workflow: [...(tracing === undefined ? [] : [tracing.client]), new AskAgain()] },
  });
  const close = async (): Promise<void> => {
    await Promise.all([connection.close(), tracing?.flush()]);
  };
  return { client, address, namespace, lane: laneOf(env), close };
}

function whyNot(error: unknown): string {
  if (isGrpcServiceError(error))
    return error.code === 14 ? 'connection refused or lost' : `gRPC status ${error.code}`;
  return error instanceof Error && /deadline|timed? ?out|connect/i.test(error.message)
    ? 'no answer in time'
    : 'no connection';
}

/** Whether the namespace knows Greenlane's search attributes; giving it one that it does not would wedge a deploy. */
export async function knowsSearchAttributes(access: TemporalAccess): Promise<boolean> {
  try {
    const { customAttributes } = await access.client.connection.operatorService.listSearchAttributes({
      namespace: access.namespace,
    });
    return Object.values(searchAttributes).every(({ name }) => Object.hasOwn(customAttributes, name));
  } catch {
    return false;
  }
}
