import { deployId, openDeploy, type DeployHandle } from '../client/deploys.ts';
import { actorOf } from '../client/identity.ts';
import { probeLane } from '../client/lane.ts';
import { parseDuration } from '../config/duration.ts';
import { connect, type TemporalAccess } from '../client/connect.ts';
import { UsageError } from '../errors.ts';
import { exitCodeOf } from '../rollout/outcome.ts';
import type { DeployRequest } from '../rollout/request.ts';
import { follow } from '../progress/follow.ts';
import { say } from '../progress/say.ts';
import type { DeployResult } from '../workflows/status.ts';
import { loadFleet, shaOf, type CommandContext, type GlobalOptions } from './context.ts';
import { requestedChanges } from './requested.ts';

export interface DeployOptions extends GlobalOptions {
  readonly sha?: string;
  readonly dryRun?: boolean;
  readonly urgent?: boolean;
  readonly again?: boolean;
  readonly reason?: string;
  /** `--no-wait` of the command line. */
  readonly wait?: boolean;
  readonly timeout?: string;
}

/** Starts the deploy of a SHA, or attaches to the one there is; shows its progress and waits for its end. */
export async function run(options: DeployOptions, context: CommandContext): Promise<number> {
  const { fleet, environment } = loadFleet(options, context);
  const sha = shaOf(options, context);
  if ((options.urgent === true || options.again === true) && (options.reason ?? '').trim() === '') {
    throw new UsageError(
      `--${options.urgent === true ? 'urgent' : 'again'} needs --reason: it stands in the audit trail`,
    );
  }
  const dryRun = options.dryRun === true || environment.dryRun === true;
  const changes = requestedChanges(environment);
  const request: DeployRequest = {
    fleet: fleet.name,
    sha,
    kind: 'auto',
    actor: actorOf(context.env),
    ...(options.reason === undefined ? {} : { reason: options.reason }),
    ...(options.urgent === true ? { urgent: true } : {}),
    ...(dryRun ? { dryRun: true } : {}),
    ...(environment.disabled === true ? { disabled: true } : {}),
    ...(changes === undefined ? {} : { changes }),
  };
  const workflowId = dryRun ? `dry-run/${fleet.name}/${sha}/${stamp()}` : deployId(fleet.name, sha);
  return startAndFollow(context, options, workflowId, request, options.again !== true && !dryRun);
}

/** Probes the lane, starts or attaches, follows to the end. Shared by everything that starts a deploy. */
export async function startAndFollow(
  context: CommandContext,
  options: DeployOptions,
  workflowId: string,
  request: DeployRequest,
  reuse: boolean,
): Promise<number> {
  const timeoutMs = timeoutOf(options);
  const access = await connect(context.env);
  try {
    const { lock, searchAttributes } = await probeLane(access, request.fleet);
    const opened = await openDeploy(access, workflowId, { ...request, searchAttributes }, { reuse });
    if (opened.kind === 'ended') {
      const { outcome, finishedAt } = opened.result;
      const runs =
        lock.lastKnownGood === undefined
          ? ''
          : `; ${request.fleet} last verified on ${lock.lastKnownGood.tag}`;
      say(
        context,
        options,
        `${workflowId} already ended ${outcome} at ${finishedAt}${runs}. To deploy it again: --again --reason R.`,
      );
      return finish(context, options, opened.result);
    }
    const { handle, attached } = opened;
    if (options.urgent === true && attached)
      say(
        context,
        options,
        `${workflowId} runs already, and is not made urgent by this. To send it ahead: greenlane abort --sha ${request.sha ?? ''} --reason R, then this command again.`,
      );
    if (options.wait === false) {
      say(
        context,
        options,
        `${workflowId} runs. Watch it: greenlane watch --sha ${workflowId.startsWith('deploy/') ? request.sha : workflowId}`,
      );
      if (options.json === true)
        context.stdout(`${JSON.stringify({ workflowId, runId: handle.firstExecutionRunId })}\n`);
      return 0;
    }
    return await wait(access, handle, context, options, timeoutMs);
  } finally {
    await access.close();
  }
}

async function wait(
  access: TemporalAccess,
  handle: DeployHandle,
  context: CommandContext,
  options: DeployOptions,
  timeoutMs: number | undefined,
): Promise<number> {
  const end = await follow(access, handle.workflowId, context, options, timeoutMs);
  switch (end.kind) {
    case 'ended':
      return finish(context, options, end.result);
    case 'halted':
      if (options.json === true) context.stdout(`${JSON.stringify({ outcome: 'halted', ...end.status })}\n`);
      return 3;
    case 'waited':
      say(
        context,
        options,
        `Waited ${options.timeout}; the deploy goes on as ${handle.workflowId}. Run the step again to attach to it.`,
      );
      return 7;
    case 'detached':
      say(
        context,
        options,
        `Detached; the deploy goes on as ${handle.workflowId}. Attach again with the same command, stop it with \`greenlane halt --reason R\`.`,
      );
      return 130;
    case 'no-worker':
      say(context, options, end.text);
      return 6;
    case 'lost':
      say(context, options, end.text);
      if (options.json === true && end.exitCode === 1)
        context.stdout(
          `${JSON.stringify({ outcome: 'failed', reason: end.text, workflowId: handle.workflowId, runId: handle.firstExecutionRunId })}\n`,
        );
      return end.exitCode;
  }
}

/** Says how a deploy ended, and gives the exit code of that. */
export function finish(context: CommandContext, options: GlobalOptions, result: DeployResult): number {
  if (options.json === true) {
    const { former: _former, extent: _extent, audit: _audit, canary: _canary, ...shown } = result;
    context.stdout(`${JSON.stringify(shown)}\n`);
  } else {
    say(context, options, `${result.outcome}: ${result.reason}`);
    if (result.outcome === 'superseded' && result.kind === 'manual')
      say(context, options, `To take tenants back to it: greenlane rollback --to ${result.tag} --reason R`);
  }
  return exitCodeOf(result.outcome);
}

function timeoutOf({ timeout }: DeployOptions): number | undefined {
  if (timeout === undefined) return undefined;
  const ms = parseDuration(timeout);
  if (ms === undefined || ms <= 0)
    throw new UsageError(`--timeout: expected a duration such as 90m, got ${JSON.stringify(timeout)}`);
  return ms;
}

/** Time in ids: sorts, and is read by people. */
export function stamp(now = new Date()): string {
  return now.toISOString().replace(/[:.]/g, '').replace('T', '-');
}
