import { releaseSignal, requestSignal, turnUpdate } from '../../src/workflows/messages.ts';
import type { CrowdLife } from './crowd.ts';
import type { LockFleet } from './harness.ts';
import type { listener } from './workflows.ts';

/** Turns that are asked for at once; Temporal lets ten updates of a workflow be open. */
const AHEAD = 4;
const ANSWER_MS = 10_000;

/**
 * So many requests through one lock's life, `waiting` of them in the queue at any time. Each is granted to a workflow of
 * its own, and this process speaks for it: it asks for the turn as a deploy's worker does, gives the fleet back at
 * once, and stands at the end of the queue again.
 */
export async function liveByTurns(fleet: LockFleet, requests: number, waiting: number): Promise<CrowdLife> {
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
      ...{ tag: `staging-${n % waiting}`, kind: 'auto', urgent: false, actor: 'bench', reason: '' },
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
  for (let n = 0; n < requests; n += 1) {
    while (turns.length < Math.min(n + AHEAD, requests)) turns.push(turn(turns.length));
    const epoch = await (turns[n] as Promise<number>);
    granted.set(`${n}`, epoch);
    if (epoch !== n + 1) wrong.push(`request ${n + 1} has epoch ${epoch}`);
    const { workflowId, runId } = whose(n);
    await fleet.lock.signal(releaseSignal, { workflowId, runId, epoch, outcome: 'deployed', reason: '' });
    if (n + waiting < requests) await request(n + waiting);
  }
  const view = await fleet.see(({ holder }) => holder === undefined);
  const tookMs = Date.now() - began;
  const counted = { requests: view.requests, grants: view.grants, epoch: view.epoch };
  for (const [what, count] of Object.entries(counted))
    if (count !== requests) wrong.push(`${count} ${what} of ${requests}`);
  if (view.waiting !== 0) wrong.push(`${view.waiting} still wait`);
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
    const asked = { args: [{ workflowId, runId, nonce: `${n}` }] as const, updateId: `turn-${n}` };
    for (const until = Date.now() + 60_000; Date.now() < until;) {
      const answer = await fleet.client
        .withDeadline(Date.now() + ANSWER_MS, () =>
          fleet.lock.executeUpdate(turnUpdate, { ...asked, args: [...asked.args] }),
        )
        .catch(() => undefined);
      if (answer?.kind === 'granted') return answer.grant.epoch;
      if (answer?.kind === 'gone') throw new Error(`request ${n + 1} is not in the queue`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`request ${n + 1} was not granted within a minute`);
  }
}
