import { isDeepStrictEqual } from 'node:util';
import { releaseSignal, requestSignal, turnUpdate } from '../../src/workflows/messages.ts';
import type { LockView } from '../../src/rollout/lock/view.ts';
import type { Outcome } from '../../src/rollout/outcome.ts';
import type { CrowdLife } from './crowd.ts';
import type { LockFleet } from './harness.ts';
import type { listener } from './workflows.ts';

/** Turns that are asked for at once; Temporal lets ten updates of a workflow be open. */
const AHEAD = 4;
const ANSWER_MS = 10_000;

/** How request `n` ends, and what is told of it with its release. */
function endOf(n: number) {
  const outcome: Outcome = n % 7 === 6 ? 'failed' : 'deployed';
  return { outcome, reason: `the end of ${n}`, digest: `sha256:${n}`, tenants: n, onTarget: n, startedAt: n };
}

/** What is not in the lock's memory of so many requests as it was told: the last 50 releases, the last known good. */
function forgotten({ ledger, lastKnownGood }: LockView, requests: number): string[] {
  const last = Array.from({ length: Math.min(50, requests) }, (_, index) => requests - 1 - index);
  const expected = last.map((n) => ({ ...endOf(n), actor: `person ${n}`, epoch: n + 1, readyAt: n + 1 }));
  const known = ledger.map(({ outcome, reason, digest, tenants, onTarget, startedAt, ...own }) => ({
    ...{ outcome, reason, digest, tenants, onTarget, startedAt },
    ...{ actor: own.actor, epoch: own.epoch, readyAt: own.readyAt },
  }));
  const times = ledger.flatMap(({ endedAt, grantedAt }) => [endedAt, grantedAt]);
  const good = last.map(endOf).find(({ outcome }) => outcome === 'deployed')?.digest;
  return [
    ...(isDeepStrictEqual(known, expected) ? [] : [`the ledger is ${JSON.stringify(ledger)}`]),
    ...(times.every((time, at) => at === 0 || time <= (times[at - 1] as number)) ? [] : ['its times fall']),
    ...(lastKnownGood?.digest === good ? [] : [`the last known good is ${JSON.stringify(lastKnownGood)}`]),
  ];
}

/**
 * So many requests through one lock's life, `waiting` of them in the queue at any time. Each is granted to a workflow of
 * its own, and this process speaks for it: it asks for the turn as a deploy's worker does, gives the fleet back at
 * once, and stands at the end of the queue again. `done` is told how many were given back.
 */
export async function liveByTurns(
  fleet: LockFleet,
  requests: number,
  waiting: number,
  done?: (released: number) => void,
): Promise<CrowdLife> {
  await fleet.begin();
  const listeners = await Promise.all(
    Array.from({ length: waiting }, async (_, n) => {
      const workflowId = `listener/${fleet.name}/${n}`;
      const handle = await fleet.start<typeof listener>('listener', workflowId);
      return { handle, workflowId, runId: handle.firstExecutionRunId };
    }),
  );
  const whose = (n: number) => listeners[n % waiting] as (typeof listeners)[number];
  const request = async (n: number): Promise<void> => {
    const { workflowId, runId } = whose(n);
    await fleet.lock.signal(requestSignal, {
      ...{ workflowId, runId, nonce: `${n}`, sha: (n % waiting).toString(16).padStart(40, '0') },
      ...{ tag: `staging-${n % waiting}`, kind: 'auto', urgent: false, actor: `person ${n}`, reason: '' },
      ...{ readyAt: n + 1, closures: [] },
    });
  };
  await fleet.lock.executeUpdate('freeze', { args: [{ reason: 'until all of them wait' }] });
  for (let n = 0; n < waiting; n += 1) await request(n);
  await fleet.see((view) => view.waiting === waiting, 60_000);
  const began = Date.now();
  await fleet.lock.executeUpdate('unfreeze', { args: [{ reason: 'all of them wait' }] });

  const wrong: string[] = [];
  const turns: Promise<number>[] = [];
  const granted = new Map<string, number>();
  /** Requests on their way, by number. */
  const asked: Promise<void>[] = [];
  const ahead = Math.max(1, Math.min(AHEAD, waiting - 1));
  for (let n = 0; n < requests; n += 1) {
    while (turns.length < Math.min(n + ahead, requests)) turns.push(turn(turns.length));
    const epoch = await (turns[n] as Promise<number>);
    granted.set(`${n}`, epoch);
    if (epoch !== n + 1) wrong.push(`request ${n + 1} has epoch ${epoch}`);
    const { workflowId, runId } = whose(n);
    await fleet.lock.signal(releaseSignal, { workflowId, runId, epoch, ...endOf(n) });
    // Behind its own release, as a deploy that asks again; the next one's turn does not wait for that.
    if (n + waiting < requests) asked[n + waiting] = request(n + waiting);
    done?.(n + 1);
  }
  const view = await fleet.see(({ holder }) => holder === undefined);
  const tookMs = Date.now() - began;
  const counted = { requests: view.requests, grants: view.grants, epoch: view.epoch };
  for (const [what, count] of Object.entries(counted))
    if (count !== requests) wrong.push(`${count} ${what} of ${requests}`);
  if (view.waiting !== 0) wrong.push(`${view.waiting} still wait`);
  wrong.push(...forgotten(view, requests));
  for (const { handle } of listeners) {
    await handle.signal('finish');
    for (const { nonce, epoch } of await handle.result())
      if (granted.get(nonce) !== epoch)
        wrong.push(`request ${nonce} was granted ${granted.get(nonce)} and ${epoch}`);
  }
  return { requests, tookMs, events: await fleet.eventsOfRuns(), wrong };

  /** The epoch of a request's grant; asked again when the lock sends it away to come again. */
  async function turn(n: number): Promise<number> {
    const { workflowId, runId } = whose(n);
    await asked[n];
    const update = { args: [{ workflowId, runId, nonce: `${n}` }] as const, updateId: `turn-${n}` };
    for (const until = Date.now() + 60_000; Date.now() < until;) {
      const answer = await fleet.client
        .withDeadline(Date.now() + ANSWER_MS, () =>
          fleet.lock.executeUpdate(turnUpdate, { ...update, args: [...update.args] }),
        )
        .catch(() => undefined);
      if (answer?.kind === 'granted') return answer.grant.epoch;
      if (answer?.kind === 'gone') throw new Error(`request ${n + 1} is not in the queue`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`request ${n + 1} was not granted within a minute`);
  }
}
