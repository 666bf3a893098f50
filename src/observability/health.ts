import { createServer, type Server } from 'node:http';
import type { NativeConnection, Worker } from '@temporalio/worker';
import type { Environment } from '../config/environment.ts';
import { addressOf, cannotListen, type Address } from './address.ts';

const HEALTH_ADDRESS = 'GREENLANE_HEALTH_ADDRESS';

/** What a worker says of itself. */
export interface Vitals {
  /** The worker takes work, or ends what it has; a failed one has to be started again. */
  isAlive(): boolean;
  /** The worker takes work and Temporal answers. */
  isReady(): Promise<boolean>;
}

const TEMPORAL_MS = 2_000;
/** Probes ask often; Temporal is asked again after this. */
const KEEP_MS = 2_000;

/** The vitals of a worker on its connection; `worker` gives none while it is being created. */
export function vitalsOf(worker: () => Worker | undefined, connection: NativeConnection): Vitals {
  let asked: { readonly at: number; readonly answer: Promise<boolean> } | undefined;
  const answers = async (): Promise<boolean> => {
    try {
      await connection.withDeadline(Date.now() + TEMPORAL_MS, () =>
        connection.workflowService.getSystemInfo({}),
      );
      return true;
    } catch {
      return false;
    }
  };
  const state = (): string => worker()?.getState() ?? 'INITIALIZED';
  return {
    isAlive: () => !['FAILED', 'STOPPED'].includes(state()),
    isReady: async () => {
      if (state() !== 'RUNNING') return false;
      if (asked === undefined || Date.now() - asked.at > KEEP_MS)
        asked = { at: Date.now(), answer: answers() };
      return asked.answer;
    },
  };
}

/** Where probes ask this worker; undefined when none do. @throws ConfigurationError */
export function healthAddressOf(env: Environment): Address | undefined {
  return addressOf(env, HEALTH_ADDRESS);
}

/**
 * Serves `/healthz` and `/readyz` at `GREENLANE_HEALTH_ADDRESS` for probes: 200 or 503, and a word. Temporal being away
 * makes a worker unready, never dead: starting it again would not help. Undefined when no address is set.
 * @throws ConfigurationError for an address that is none, or cannot be listened at.
 */
export async function serveHealth(env: Environment, vitals: Vitals): Promise<Server | undefined> {
  const address = healthAddressOf(env);
  if (address === undefined) return undefined;
  const server = createServer((request, response) => {
    void (async () => {
      const path = request.url?.split('?')[0];
      const good =
        path === '/healthz' ? vitals.isAlive() : path === '/readyz' ? await vitals.isReady() : undefined;
      response.writeHead(good === undefined ? 404 : good ? 200 : 503, { 'content-type': 'text/plain' });
      response.end(good === undefined ? 'there is /healthz and /readyz\n' : good ? 'ok\n' : 'not ok\n');
    })();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(HEALTH_ADDRESS, address, error)));
    server.listen(address.port, address.host, resolve);
  });
  server.unref();
  return server;
}
