import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import protocol from '@temporalio/proto';
import type { Simulator } from '../../src/simulator/index.ts';
import type { LockEvent } from './evidence.ts';
import { pause } from './pause.ts';
import { PLANT } from './world.ts';

const { History } = protocol.temporal.api.history.v1;
type Chain = readonly ReturnType<typeof History.fromObject>[];
export type Histories = ReadonlyMap<string, Chain>;

/** Tries until the server is there: a CI step, or a person, would do the same. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof WorkflowNotFoundError || tries > 100) throw error;
      await pause(200);
    }
  }
}

/** Every run of each id, the first of a chain first. */
export async function historiesOf(client: Client, ids: readonly string[]): Promise<Histories> {
  const found = new Map<string, Chain>();
  for (const id of ids) {
    const chain: ReturnType<typeof History.fromObject>[] = [];
    try {
      const { raw, runId } = await patiently(() => client.workflow.getHandle(id).describe());
      let next: string | null | undefined = raw.workflowExecutionInfo?.firstRunId || runId;
      while (next) {
        const history = History.fromObject(
          await patiently(() => client.workflow.getHandle(id, next as string).fetchHistory()),
        );
        chain.push(history);
        next = history.events.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
      }
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
    found.set(id, chain);
  }
  return found;
}

type Payloads = { payloads?: { data?: Uint8Array | null }[] | null } | null | undefined;

function bodyOf(payloads: Payloads): Record<string, unknown> {
  const data = payloads?.payloads?.[0]?.data ?? [];
  return JSON.parse(Buffer.from(data).toString('utf8') || '{}') as Record<string, unknown>;
}

/** Requests and withdrawals in the order in which the lock saw them. */
export function lockEvents(chain: Chain): LockEvent[] {
  return chain.flatMap((history) =>
    history.events.flatMap(({ workflowExecutionSignaledEventAttributes: signaled }): LockEvent[] => {
      const kind = signaled?.signalName;
      if (kind !== 'request' && kind !== 'withdraw') return [];
      const { workflowId, readyAt, urgent, kind: deploy } = bodyOf(signaled?.input);
      const first = urgent === true || deploy === 'rollback';
      return [{ kind, workflowId: String(workflowId), readyAt: Number(readyAt ?? 0), first }];
    }),
  );
}

const causes = protocol.temporal.api.enums.v1.WorkflowTaskFailedCause;
/** Something came in while the task ran, or its worker was another one's before: the server does it again. */
const PASSES: readonly number[] = [
  causes.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND,
  causes.WORKFLOW_TASK_FAILED_CAUSE_RESET_STICKY_TASK_QUEUE,
  causes.WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND,
  causes.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_UPDATE,
];

/**
 * A task that a busy machine finished too late is done again by a worker that remembers its own answer, which the
 * SDK's state machines take for an error; it then forgets the run, reads it anew, and goes on.
 */
const HEALS = /^Fatal error in workflow machines: /;

/** Workflow tasks that failed by what the workflow's code did. */
export function brokenTasks(histories: Histories): string[] {
  return [...histories].flatMap(([id, chain]) =>
    chain.flatMap(({ events }) =>
      events.flatMap(({ workflowTaskFailedEventAttributes: failed }) =>
        failed?.cause === undefined ||
        failed.cause === null ||
        PASSES.includes(failed.cause) ||
        HEALS.test(failed.failure?.message ?? '')
          ? []
          : [`a workflow task of ${id} failed: ${causes[failed.cause]}, ${failed.failure?.message ?? ''}`],
      ),
    ),
  );
}

/** What nobody may read anywhere: the tokens, and what was planted in bodies and headers. */
export function secretsOf(tokens: Simulator['tokens']): string[] {
  return [PLANT, ...Object.values(tokens)];
}

/** Where a secret can be read. */
export function leaks(sim: Simulator, histories: Histories, output: string): string[] {
  const secrets = secretsOf(sim.tokens);
  const holds = (text: { includes(part: string): boolean }): boolean =>
    secrets.some((secret) => text.includes(secret));
  const told = (where: 'forge.post-status' | 'hook'): string =>
    JSON.stringify(sim.journal.filter((entry) => entry.where === where).map(({ body }) => body ?? ''));
  return [
    ...[...histories]
      .filter(([, chain]) => chain.some((one) => holds(Buffer.from(History.encode(one).finish()))))
      .map(([id]) => `the history of ${id}`),
    ...(holds(output) ? ['the output of the command line'] : []),
    ...(holds(told('forge.post-status')) ? ['a commit status'] : []),
    ...(holds(told('hook')) ? ['a notification'] : []),
  ];
}
