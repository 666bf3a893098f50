import { isDeepStrictEqual } from 'node:util';
import type { LockView } from '../../../src/rollout/lock/view.ts';
import { until } from '../../support/until.ts';
import { ReferenceLock, type Asking } from '../../rollout/lock/reference.ts';
import type { LockFleet, LockWorld, StandIn } from '../harness.ts';

/** What is expected of one lock and its deploys. */
export class Expected extends ReferenceLock {
  /** Deploys as they asked. */
  readonly askings = new Map<number, Asking>();
  readonly halted = new Set<number>();
  /** Never halted: they may be reset, which would say their halts once more. */
  readonly steered = new Set<number>();
  /** Terminated, or ended: nobody is to hear of them again. */
  readonly over = new Set<number>();
  readonly deployed: number[] = [];
  readonly aborted: number[] = [];
  /** Deploys that acted on the fleet, in order; one that was reset acts again. */
  readonly acts: number[] = [];
  restarts = 0;
  losses = 0;

  override grant(): void {
    const before = this.granted.length;
    super.grant();
    this.acts.push(...this.granted.slice(before));
  }

  end(): void {
    const n = this.holder as number;
    this.free();
    this.over.add(n);
  }
}

/** The real ones. */
export interface Real {
  readonly world: LockWorld;
  readonly fleet: LockFleet;
  readonly deploys: Map<number, StandIn>;
}

/** Waits until the real lock and its deploys are as expected; the transient states in between are nobody's business. */
export async function agree(model: Expected, { fleet, deploys }: Real): Promise<void> {
  const names = new Map([...deploys].map(([n, { workflowId }]) => [workflowId, n]));
  const nameOf = (workflowId: string | undefined): number | undefined =>
    workflowId === undefined ? undefined : names.get(workflowId);
  const seen = (view: LockView) => ({
    holder: nameOf(view.holder?.workflowId),
    // A waiter that was terminated may stand there until its turn comes, when it is dropped.
    queue: view.queue.map(({ workflowId }) => nameOf(workflowId)).filter((n) => !model.over.has(n as number)),
    acts: fleet.acts.map(({ workflowId }) => nameOf(workflowId)),
  });
  const wanted = { holder: model.holder, queue: model.queue, acts: model.acts };
  let last: LockView | undefined;
  let unanswered: unknown;
  await until(async () => {
    try {
      last = await fleet.view();
      unanswered = undefined;
    } catch (error) {
      // Its worker is being restarted.
      unanswered = error;
    }
    return (
      unanswered === undefined && last?.starting !== true && isDeepStrictEqual(last && seen(last), wanted)
    );
  }, 60_000).catch(() => {
    const is =
      last === undefined ? 'nothing' : JSON.stringify({ ...seen(last), odd: last.oddities.slice(0, 5) });
    throw new Error(`expected ${JSON.stringify(wanted)}, is ${is}`, { cause: unanswered });
  });
  const view = last as LockView;
  // Each grant has the next epoch, and nothing else raises it.
  if (view.epoch !== view.grants) throw new Error(`epoch ${view.epoch} after ${view.grants} grants`);
  const epochs = fleet.acts.map(({ epoch }) => epoch);
  if (epochs.some((epoch, index) => index > 0 && epoch <= (epochs[index - 1] as number)))
    throw new Error(`deploys acted under epochs that do not rise: ${epochs.join(', ')}`);
}

/** Lets everybody come to an end, in order. */
export async function bringHome(model: Expected, real: Real): Promise<void> {
  const { fleet, deploys } = real;
  if (model.pin !== undefined) await fleet.lock.executeUpdate('unpin', { args: [{ reason: 'the end' }] });
  if (model.frozen) await fleet.lock.executeUpdate('unfreeze', { args: [{ reason: 'the end' }] });
  model.pin = undefined;
  model.frozen = false;
  model.grant();
  for (const n of model.halted) {
    await handleOf(real, n).executeUpdate('resume', { args: [{ reason: 'the end' }] });
    model.request(model.askings.get(n) as Asking);
    model.grant();
    await agree(model, real);
  }
  while (model.holder !== undefined) {
    await handleOf(real, model.holder).signal('finish');
    model.deployed.push(model.holder);
    model.end();
    model.grant();
  }
  await agree(model, real);
  for (const [names, outcome] of [
    [model.deployed, 'deployed'],
    [model.aborted, 'halted'],
  ] as const)
    for (const n of names) {
      const result = await fleet.client.workflow.getHandle((deploys.get(n) as StandIn).workflowId).result();
      if (result !== outcome) throw new Error(`deploy ${n} ended ${String(result)}, not ${outcome}`);
    }
  const { ledger, waiting } = await fleet.view();
  if (waiting !== 0) throw new Error(`${waiting} still wait`);
  const ids = ledger.filter(({ outcome }) => outcome === 'deployed').map(({ workflowId }) => workflowId);
  const finished = [...model.deployed].reverse().map((n) => deploys.get(n)?.workflowId);
  if (
    !isDeepStrictEqual(ids, finished.slice(0, ids.length)) ||
    (ids.length < finished.length && ledger.length < 50)
  )
    throw new Error(`the ledger has ${ids.join(', ')}; deployed were ${finished.join(', ')}`);
}

/** The deploy as it is now, also when it was reset: a handle of its first run would speak to that one. */
export function handleOf({ fleet, deploys }: Real, n: number) {
  return fleet.client.workflow.getHandle((deploys.get(n) as StandIn).workflowId);
}
