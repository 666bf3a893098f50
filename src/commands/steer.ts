import { WorkflowUpdateFailedError } from '@temporalio/client';
import { isNotTaken } from '../client/ask-again.ts';
import { connect, type TemporalAccess } from '../client/connect.ts';
import { deployId, describeDeploy, resultOf } from '../client/deploys.ts';
import { actorOf } from '../client/identity.ts';
import { askLock, isNoAnswer } from '../client/lane.ts';
import { NoWorkerError, RefusedError, UsageError } from '../errors.ts';
import { say } from '../progress/say.ts';
import { commandUpdate } from '../workflows/messages.ts';
import type { CommandName, DeployResult, Receipt } from '../workflows/status.ts';
import { loadFleet, type CommandContext, type GlobalOptions } from './context.ts';

export interface SteerOptions extends GlobalOptions {
  readonly sha?: string;
  readonly reason?: string;
  /** `supersede --by SHA`. */
  readonly by?: string;
}

const ANSWER_MS = 60_000;

/** Steers one deploy: the one of `--sha`, else the one that holds the fleet. Prints the receipt. */
export async function run(
  name: CommandName,
  options: SteerOptions,
  context: CommandContext,
): Promise<number> {
  const { fleet } = loadFleet(options, context);
  const reason = reasonOf(name, options);
  const access = await connect(context.env);
  try {
    const workflowId = await targetOf(access, fleet.name, options);
    const receipt = await steer(access, workflowId, name, {
      reason,
      actor: actorOf(context.env),
      ...(options.by === undefined ? {} : { by: options.by }),
    });
    if (options.json === true) context.stdout(`${JSON.stringify(receipt)}\n`);
    else for (const line of receiptLines(name, receipt, options.sha)) say(context, options, line);
    return 0;
  } finally {
    await access.close();
  }
}

/** @throws UsageError without a reason: it is what the next person on call reads. */
export function reasonOf(name: string, options: { readonly reason?: string }): string {
  const reason = options.reason?.trim() ?? '';
  if (reason === '') throw new UsageError(`${name} needs --reason: it stands in the audit trail`);
  return reason;
}

/** Workflow id of the deploy a command means. @throws RefusedError when there is none. */
export async function targetOf(
  access: TemporalAccess,
  fleet: string,
  options: { readonly sha?: string },
): Promise<string> {
  if (options.sha !== undefined) return findBySha(access, fleet, options.sha);
  const { holder } = await askLock(access, fleet, 1);
  if (holder === undefined)
    throw new RefusedError(
      `no deploy holds the fleet ${fleet}; name one with --sha (greenlane status lists what runs)`,
    );
  return holder.workflowId;
}

/** The deploy of a full SHA, the newest one whose SHA begins with the given digits, or the one of a workflow id. */
export async function findBySha(access: TemporalAccess, fleet: string, sha: string): Promise<string> {
  if (['deploy', 'redeploy', 'rollback'].some((kind) => sha.startsWith(`${kind}/${fleet}/`))) {
    if ((await describeDeploy(access, sha)) !== undefined) return sha;
    throw new RefusedError(`there is no ${sha}; greenlane status lists what there is`);
  }
  if (!/^[0-9a-f]{7,40}$/i.test(sha))
    throw new UsageError(
      `--sha: expected 7 to 40 hex digits, or the workflow id of a deploy of ${fleet}, got ${JSON.stringify(sha.slice(0, 60))}`,
    );
  const id = deployId(fleet, sha);
  if (sha.length === 40 && (await describeDeploy(access, id)) !== undefined) return id;
  for await (const execution of access.client.workflow.list({ query: `WorkflowId STARTS_WITH '${id}'` }))
    return execution.workflowId;
  throw new RefusedError(`there is no deploy of ${sha} on ${fleet}; greenlane status lists what there is`);
}

/** Sends one steering command and waits for its receipt. @throws RefusedError saying the state and what is possible. */
export async function steer(
  access: TemporalAccess,
  workflowId: string,
  name: CommandName,
  message: { reason: string; actor: string; by?: string },
): Promise<Receipt> {
  try {
    return await access.client.withDeadline(Date.now() + ANSWER_MS, () =>
      access.client.workflow.getHandle(workflowId).executeUpdate(commandUpdate(name), { args: [message] }),
    );
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError)
      throw new RefusedError(error.cause?.message ?? error.message);
    if (isNotTaken(error)) throw notTaken(name, workflowId);
    if (isNoAnswer(error))
      throw new NoWorkerError(
        access.lane,
        `${name} was not answered. When a worker comes back it may still be obeyed: look with greenlane status.`,
      );
    const description = await describeDeploy(access, workflowId);
    if (description !== undefined && description.status.name !== 'RUNNING') {
      const result = await resultOf(access, workflowId);
      const how =
        result === undefined
          ? description.status.name.toLowerCase().replaceAll('_', ' ')
          : `${result.outcome}: ${result.reason}`;
      throw new RefusedError(
        `cannot ${name}: ${workflowId} is over (${how}); possible is ${afterwards(workflowId, result)}`,
      );
    }
    throw error;
  }
}

/** What is said when the worker fails at a workflow again and again. */
export function notTaken(name: string, workflowId: string): RefusedError {
  return new RefusedError(
    `${name} was not taken, and nothing was done: the worker fails at the tasks of ${workflowId}, and its log says why. Give the command again when it works.`,
  );
}

/**
 * What can be done with a deploy that is over, in commands. A redeploy or a rollback is named by its id: of the same
 * SHA there may be another deploy.
 */
export function afterwards(workflowId: string, result: DeployResult | undefined): string {
  if (result === undefined) return 'a new one, or greenlane rollback --to TAG --reason R';
  const { sha, extent, canary, outcome } = result;
  const touched = extent !== null || canary !== undefined;
  const again = `greenlane retry --sha ${sha} --reason R`;
  const isDeploy = workflowId.startsWith('deploy/');
  if (outcome === 'rolled_back')
    return `${isDeploy ? again : 'a new deploy'}, which waits for the pin until greenlane unpin --reason R`;
  if (!isDeploy)
    return touched
      ? `greenlane rollback --sha ${workflowId} --reason R to undo it`
      : 'the same command again: it touched no tenant';
  return touched ? `${again}, or greenlane rollback --sha ${sha} --reason R to undo it` : again;
}

const STAGES = {
  sending: 'is sent',
  settling: 'is answered and being verified',
  unknown: 'is with the worker',
} as const;

/** The receipt in words: what is still out, what is where, what can be done next. */
export function receiptLines(name: CommandName, receipt: Receipt, sha?: string): string[] {
  const { inFlight, tenants, wavesLeft, next, workflowId } = receipt;
  const named = (side: { count: number; slugs: readonly string[] }) =>
    side.count === 0
      ? '0'
      : side.slugs.length === 0
        ? `${side.count}`
        : `${side.count} (${side.slugs.slice(0, 12).join(', ')}${side.count > 12 ? ', …' : ''})`;
  const { halted, asked, outcome } = receipt;
  const stopped = halted !== undefined || outcome !== undefined || asked?.name === 'abort';
  return [
    `${name} ${asked === undefined ? 'done' : 'taken'}: ${workflowId}`,
    inFlight === null
      ? `  no call is out${stopped ? ', and none will start' : ''}`
      : `  in flight: wave ${inFlight.wave} (${inFlight.slugs.join(', ')}) ${STAGES[inFlight.stage ?? 'unknown']}; it is waited for`,
    ...(tenants.total === 0
      ? ['  nothing was touched: it has not read the fleet yet']
      : [
          `  on the release: ${named(tenants.onRelease)}`,
          `  on what they ran before: ${named(tenants.onFormer)}`,
          `  unknown: ${named(tenants.unknown)}`,
          `  waves left: ${wavesLeft}`,
        ]),
    ...(next.length === 0
      ? []
      : [
          `  you can: ${next.map((one) => `greenlane ${one}${sha === undefined ? '' : ` --sha ${sha}`} --reason R`).join(' | ')}`,
        ]),
  ];
}
