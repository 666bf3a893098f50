import { randomInt } from 'node:crypto';
import { freePorts, isFree } from '../ports.ts';

/** Services of a Temporal server. */
export const services = ['frontend', 'history', 'matching', 'worker'] as const;

/** The ports of one cluster; kept for its life, so that a server that is started again is found. */
export interface ClusterPorts {
  readonly database: number;
  readonly http: number;
  readonly metrics: number;
  readonly pprof: number;
  readonly services: Readonly<
    Record<(typeof services)[number], { readonly grpc: number; readonly membership: number }>
  >;
}

// The server keeps the ports of its services in a column of 16 bits with sign.
const lowest = 20_000;
const highest = 32_767;

/** Free ports for everything that listens. */
export async function clusterPorts(): Promise<ClusterPorts> {
  const ports = [...(await lowPorts(2 * services.length)), ...(await freePorts(4))];
  const next = (): number => ports.pop() as number;
  return {
    database: next(),
    http: next(),
    metrics: next(),
    pprof: next(),
    services: {
      frontend: { grpc: next(), membership: next() },
      history: { grpc: next(), membership: next() },
      matching: { grpc: next(), membership: next() },
      worker: { grpc: next(), membership: next() },
    },
  };
}

async function lowPorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = randomInt(lowest, highest + 1);
    if (!found.has(port) && (await isFree(port))) found.add(port);
  }
  return [...found];
}
