import type { LockFleet } from './harness.ts';

export interface CrowdLife {
  readonly requests: number;
  /** ms from the first grant to the last release. */
  readonly tookMs: number;
  /** Events of every run of the lock. */
  readonly events: readonly number[];
  /** What was not as it must be; nothing else is acceptable. */
  readonly wrong: readonly string[];
}

/**
 * So many requests through one lock's life, by `askers` that stand in the queue again as soon as they had their turn:
 * whether each was granted once, in order.
 */
export async function liveThrough(fleet: LockFleet, requests: number, askers: number): Promise<CrowdLife> {
  await fleet.begin();
  await fleet.lock.executeUpdate('freeze', { args: [{ reason: 'until all of them wait' }] });
  const rounds = Math.ceil(requests / askers);
  const all = await Promise.all(Array.from({ length: askers }, (_, n) => fleet.askOften(n, rounds)));
  await fleet.see(({ waiting }) => waiting === askers, 60_000);
  const began = Date.now();
  await fleet.lock.executeUpdate('unfreeze', { args: [{ reason: 'all of them wait' }] });
  const heard = (await Promise.all(all.map((asker) => asker.result()))).flat();
  const tookMs = Date.now() - began;
  const total = rounds * askers;
  heard.sort((a, b) => a.epoch - b.epoch);
  const wrong: string[] = [];
  for (const [index, { epoch, readyAt }] of heard.entries()) {
    if (epoch !== index + 1) wrong.push(`grant ${index + 1} has epoch ${epoch}`);
    // Who had asked when the one before had the fleet waited when it was granted next, on however busy a machine.
    const since = heard[index - 1]?.heardBy ?? began;
    const passedOver = heard.slice(index + 1, index + 1 + 5 * askers);
    for (const other of passedOver)
      if (other.readyAt < readyAt && other.askedBy < since)
        wrong.push(`epoch ${epoch} went before ${other.epoch}, which was ready before it and waited`);
  }
  const view = await fleet.see(({ holder }) => holder === undefined);
  const counted = { requests: view.requests, grants: view.grants, epoch: view.epoch, heard: heard.length };
  for (const [what, count] of Object.entries(counted))
    if (count !== total) wrong.push(`${count} ${what} of ${total}`);
  if (view.waiting !== 0) wrong.push(`${view.waiting} still wait`);
  if (view.ledger.length !== Math.min(50, total)) wrong.push(`${view.ledger.length} in the ledger`);
  return { requests: total, tookMs, events: await fleet.eventsOfRuns(), wrong };
}
