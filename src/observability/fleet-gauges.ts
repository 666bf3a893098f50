import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError, type MetricMeter } from '@temporalio/common';
import pMap from 'p-map';
import type { LockView } from '../rollout/lock/view.ts';
import { lockId } from '../workflows/lock-id.ts';
import { lockQuery, statusQuery } from '../workflows/messages.ts';
import { METRICS } from '../workflows/metrics.ts';

/** What the gauges of one fleet show. Times in seconds. */
export interface FleetReading {
  readonly queueLength: number;
  readonly queueWaitSeconds: number;
  readonly heldSeconds: number;
  readonly halted: boolean;
  readonly onHold: boolean;
  /** Undefined while no release has been proven or found wanting. */
  readonly stragglers: number | undefined;
}

const ROUND_MS = 15_000;
/** Each fleet at most so often, whatever their number: a thousand of them cost five queries a second. */
const PER_FLEET_MS = 200;
const ANSWER_MS = 5_000;
const AT_ONCE = 4;

/**
 * Reads every fleet's lock now and then and shows it as gauges. Every worker asks, so that each of them shows the
 * same: a gauge that the lock itself had set would go on standing on the worker the lock has moved away from.
 */
export class FleetGauges {
  readonly #client: Client;
  readonly #fleets: readonly string[];
  readonly #meter: MetricMeter;
  readonly #ended = new AbortController();
  #round: Promise<void> = Promise.resolve();

  constructor(client: Client, fleets: readonly string[], meter: MetricMeter) {
    this.#client = client;
    this.#fleets = fleets;
    this.#meter = meter;
  }

  start(): void {
    this.#round = this.#run();
  }

  async stop(): Promise<void> {
    this.#ended.abort();
    await this.#round;
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended;
    const pauseMs = Math.max(ROUND_MS, this.#fleets.length * PER_FLEET_MS);
    while (!signal.aborted) {
      await pMap(this.#fleets, async (fleet) => this.#observe(fleet), { concurrency: AT_ONCE });
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** A lock that does not answer leaves the gauges as they are, and their time with them: an alert sees that. */
  async #observe(fleet: string): Promise<void> {
    if (this.#ended.signal.aborted) return;
    try {
      const view = await this.#ask(fleet);
      this.#show(fleet, readingOf(view, await this.#isHalted(view), Date.now()));
    } catch {
      // The next round asks again.
    }
  }

  async #ask(fleet: string): Promise<LockView | undefined> {
    try {
      return await this.#client.withDeadline(Date.now() + ANSWER_MS, () =>
        this.#client.workflow.getHandle(lockId(fleet)).query(lockQuery, 1),
      );
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  async #isHalted(view: LockView | undefined): Promise<boolean> {
    const holder = view?.holder;
    if (holder === undefined) return false;
    const status = await this.#client.withDeadline(Date.now() + ANSWER_MS, () =>
      this.#client.workflow.getHandle(holder.workflowId).query(statusQuery),
    );
    return status.phase === 'halted';
  }

  #show(fleet: string, reading: FleetReading): void {
    const set = (name: string, value: number): void =>
      this.#meter.createGauge(name, 'float').set(value, { fleet });
    set(METRICS.queueLength, reading.queueLength);
    set(METRICS.queueWaitSeconds, reading.queueWaitSeconds);
    set(METRICS.heldSeconds, reading.heldSeconds);
    set(METRICS.halted, reading.halted ? 1 : 0);
    set(METRICS.onHold, reading.onHold ? 1 : 0);
    set(METRICS.stragglers, reading.stragglers ?? 0);
    set(METRICS.observedAt, Math.floor(Date.now() / 1000));
  }
}

/** What a lock's view says for the gauges; undefined is a fleet that had no deploy yet. `now` in ms. */
export function readingOf(view: LockView | undefined, halted: boolean, now: number): FleetReading {
  const first = view?.queue[0];
  const last = view?.ledger.find(
    ({ outcome, tenants }) => (outcome === 'deployed' || outcome === 'failed') && (tenants ?? 0) > 0,
  );
  const since = (at: number | undefined): number => (at === undefined ? 0 : Math.max(0, (now - at) / 1000));
  return {
    queueLength: view?.waiting ?? 0,
    queueWaitSeconds: since(first?.readyAt),
    heldSeconds: since(view?.holder?.grantedAt),
    halted,
    onHold: view !== undefined && isOnHold(view, now),
    stragglers:
      last?.tenants === undefined || last.onTarget === undefined
        ? undefined
        : Math.max(0, last.tenants - last.onTarget),
  };
}

/** Whether auto deploys of any release but a pinned one would wait now; a freeze may be over and still stand there. */
function isOnHold({ pin, freeze, closures }: LockView, now: number): boolean {
  return (
    pin !== undefined ||
    (freeze !== undefined && (freeze.until ?? Infinity) > now) ||
    closures.some(({ from, to }) => from <= now && now < to)
  );
}
