import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { tagOf } from '../../src/rollout/tag.ts';
import type { Simulator } from '../../src/simulator/index.ts';
import type { DeployResult } from '../../src/workflows/status.ts';
import { start } from '../support/cli.ts';
import type { Crew } from './crew.ts';
import type { DeployEvidence, Evidence } from './evidence.ts';
import { brokenTasks, historiesOf, leaks, lockEvents, patiently } from './histories.ts';
import { pause } from './pause.ts';
import { mend, steer } from './people.ts';
import type { RunPlan } from './plan.ts';
import { GATES } from './world.ts';

/** What has not ended by then is stuck. */
const GIVEN_UP_AFTER_MS = 240_000;
const LOOK_MS = 50;

/** Lives one run through, and gathers what it left behind. */
export async function live(plan: RunPlan, name: string, sim: Simulator, crew: Crew): Promise<Evidence> {
  const initialSha = sim.forge.head();
  for (const { fault } of plan.hardships) sim.fault(fault);
  const shas: string[] = [];
  const deploys: Promise<DeployEvidence>[] = [];
  const began = Date.now();
  const outputs: string[] = [];
  const steering = steer(plan, crew.client, sim, () => `deploy/${name}/${shas[0]}`);
  const over = new Set<string>();
  const mending = mend(plan, sim, crew.client, () =>
    [...shas.map((sha) => `deploy/${name}/${sha}`), undoId(name)].filter((id) => !over.has(id)),
  );
  for (const [index, at] of [...plan.startsMs].sort((a, b) => a - b).entries()) {
    if (plan.inTurn === true) await hasTheFleet(sim, shas.at(-1), over);
    else await pause(at - (Date.now() - began));
    const sha = sim.forge.push();
    sim.forge.setGreen(sha, GATES);
    shas.push(sha);
    const cli = index === 0 && plan.cliKilledAtMs !== undefined;
    const started = cli ? byCommand(plan, name, sha, crew, outputs) : byClient(name, sha, crew);
    deploys.push(
      started
        .then(async (runId) => endOf(crew.client, name, sha, `deploy/${name}/${sha}`, runId))
        .finally(() => over.add(`deploy/${name}/${sha}`)),
    );
  }
  const ended = await Promise.all(deploys);
  const wheel = [...(await steering)];
  const undone = plan.undone ? await undo(name, ended, crew) : undefined;
  if (undone !== undefined) {
    ended.push(undone);
    wheel.push({ workflowId: undone.workflowId, command: 'rollback' });
  }
  await mending.stop();
  const lockId = `fleet-lock/${name}`;
  const histories = await historiesOf(crew.client, [lockId, ...ended.map(({ workflowId }) => workflowId)]);
  return {
    plan,
    initialSha,
    shas,
    deploys: ended,
    wheel,
    journal: [...sim.journal],
    moves: [...sim.tenants.fleet.moves],
    tenants: sim.tenants.fleet.slugs(),
    lock: lockEvents(histories.get(lockId) ?? []),
    histories,
    brokenTasks: brokenTasks(histories),
    leaks: leaks(sim, histories, outputs.join('\n')),
    errors: sim.errors.map((error) => error.message),
  };
}

/** Waits until the deploy of a SHA has made a call, or is over; not at all for none. */
async function hasTheFleet(
  sim: Simulator,
  sha: string | undefined,
  over: ReadonlySet<string>,
): Promise<void> {
  if (sha === undefined) return;
  const tag = tagOf('staging-{sha7}', sha);
  const called = (): boolean =>
    sim.journal.calls('control-plane', (call) => call.dryRun === false && call.targetTag === tag).length > 0;
  while (!called() && ![...over].some((id) => id.endsWith(`/${sha}`))) await pause(LOOK_MS);
}

async function byClient(name: string, sha: string, { client, env }: Crew): Promise<string> {
  return patiently(async () => {
    const handle = await client.workflow.start('deploy', {
      workflowId: `deploy/${name}/${sha}`,
      taskQueue: env['GREENLANE_TASK_QUEUE'] as string,
      args: [{ fleet: name, sha, kind: 'auto', actor: 'a fault run', searchAttributes: true }],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    return handle.firstExecutionRunId;
  });
}

/** The CI step: killed at some moment, and run again until the deploy is there. */
async function byCommand(
  plan: RunPlan,
  name: string,
  sha: string,
  crew: Crew,
  outputs: string[],
): Promise<string> {
  const args = ['deploy', '--fleet', name, '--sha', sha];
  const first = start(args, crew.env);
  const kill = setTimeout(() => first.child.kill('SIGKILL'), plan.cliKilledAtMs);
  const { stdout, stderr } = await first.done;
  clearTimeout(kill);
  outputs.push(stdout, stderr);
  const again = await start([...args, '--no-wait', '--json'], crew.env).done;
  outputs.push(again.stdout, again.stderr);
  // Whether or not the command came through meanwhile: the deploy is attached to, or started, in any case.
  return patiently(async () => {
    try {
      return (await crew.client.workflow.getHandle(`deploy/${name}/${sha}`).describe()).runId;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return byClient(name, sha, crew);
      throw error;
    }
  });
}

const undoId = (name: string): string => `rollback/${name}/undo`;

/** Takes back what was deployed last, as `greenlane rollback --sha` does; nothing where something else came after. */
async function undo(
  name: string,
  ended: readonly DeployEvidence[],
  { client, env }: Crew,
): Promise<DeployEvidence | undefined> {
  const [last] = [...ended].sort((a, b) => (b.result?.epoch ?? 0) - (a.result?.epoch ?? 0));
  if (last?.result?.outcome !== 'deployed') return undefined;
  const { sha, workflowId, runId } = last;
  const id = undoId(name);
  const undo = { workflowId, runId };
  const request = { fleet: name, sha, kind: 'rollback', urgent: true, reason: 'a fault run', undo };
  const started = await patiently(async () =>
    client.workflow.start('deploy', {
      workflowId: id,
      taskQueue: env['GREENLANE_TASK_QUEUE'] as string,
      args: [{ ...request, actor: 'a fault run', searchAttributes: true }],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'USE_EXISTING',
    }),
  );
  return endOf(client, name, sha, id, started.firstExecutionRunId);
}

async function endOf(
  client: Client,
  name: string,
  sha: string,
  workflowId: string,
  runId: string,
): Promise<DeployEvidence> {
  const until = Date.now() + GIVEN_UP_AFTER_MS;
  while (Date.now() < until) {
    const result = await resultBy(client, workflowId, until);
    if (result !== undefined) return { sha, workflowId, runId, result };
    // The server may be on its way back.
    await pause(500);
  }
  return {
    sha,
    workflowId,
    runId,
    stuck: `${await whereItIs(client, workflowId)}; its lock: ${await whereItIs(client, `fleet-lock/${name}`)}`,
  };
}

async function resultBy(
  client: Client,
  workflowId: string,
  until: number,
): Promise<DeployResult | undefined> {
  const work = async (): Promise<DeployResult> =>
    (await client.workflow.getHandle(workflowId).result()) as DeployResult;
  try {
    return await client.withDeadline(until, work);
  } catch {
    return undefined;
  }
}

/** What a deploy that came to no end waits for, as the server knows it. */
async function whereItIs(client: Client, workflowId: string): Promise<string> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  const activities = (raw.pendingActivities ?? []).map(
    ({ activityType, attempt, lastFailure, state }) =>
      `${activityType?.name} attempt ${attempt} state ${state} (${lastFailure?.message ?? 'no failure'})`,
  );
  const task = raw.pendingWorkflowTask;
  const pending =
    task === null || task === undefined
      ? 'no workflow task'
      : `a workflow task, attempt ${task.attempt}, state ${task.state}`;
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const age = Date.now() / 1_000 - Number(events?.at(-1)?.eventTime?.seconds ?? 0);
  return `${activities.join('; ') || 'no activity'}; ${pending}; last event ${events?.length}, ${age.toFixed(0)} s ago`;
}
