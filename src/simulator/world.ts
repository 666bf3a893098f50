import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from './clock.ts';
import type { Answer, Exchange } from './exchange.ts';
import type { FaultTable } from './faults/table.ts';
import type { Place } from './faults/schema.ts';
import type { ForgeStore } from './forge/store.ts';
import type { Journal, JournalEntry } from './journal.ts';
import type { Settings } from './options.ts';
import type { Registry } from './registry/store.ts';
import type { RegistryTokens } from './registry/tokens.ts';
import type { Fleet } from './tenants/fleet.ts';

/** Everything one simulator consists of. */
export interface World {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly faults: FaultTable;
  readonly forge: ForgeStore;
  readonly fleet: Fleet;
  readonly registry: Registry;
  readonly registryTokens: RegistryTokens;
  readonly controlPlane: ControlPlaneState;
  readonly journalTenantReads: boolean;
  /** Errors of the simulator itself; always empty when it is right. */
  readonly errors: Error[];
}

/** What the control plane remembers between calls. */
export interface ControlPlaneState {
  readonly token: string;
  highestEpoch: number;
  /** Answers by `Idempotency-Key`, with the body they were given for. */
  readonly answers: Map<string, { readonly body: string; readonly answer: Promise<Answer> }>;
}

/** A request as it arrived, before it is known what it is for. */
export interface Arrival {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Takes up a request: from here on it is in the journal, until its connection is done with it. */
export function takeUp(world: World, arrival: Arrival, where: Place): Exchange {
  const { req, res } = arrival;
  const userAgent = req.headers['user-agent'];
  const entry: JournalEntry = world.journal.begin({
    at: Date.now(),
    where,
    method: arrival.method,
    path: req.url ?? '',
    authorizationSent: req.headers.authorization !== undefined,
    authorizationOk: true,
    effect: false,
    ...(userAgent === undefined ? {} : { userAgent }),
  });
  res.once('close', () => {
    entry.endAt = Date.now();
    world.journal.noticed(entry);
  });
  return { ...arrival, entry };
}
