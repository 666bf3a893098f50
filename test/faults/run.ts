import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import protocol from '@temporalio/proto';
import { startSimulator, type Simulator } from '../../src/simulator/index.ts';
import { commandUpdate } from '../../src/workflows/messages.ts';
import type { CommandName, DeployResult, DeployStatus, Receipt } from '../../src/workflows/status.ts';
import { start } from '../support/cli.ts';
import { pause, type Crew } from './crew.ts';
import type { DeployEvidence, Evidence, LockEvent, WheelEvidence } from './evidence.ts';
import type { RunPlan } from './plan.ts';

const { History } = protocol.temporal.api.history.v1;
const GATES = ['CI / build (push)', 'CI / test (push)'];
const SWITCH = 'PROD_AUTO_DEPLOY_DISABLED';
/** Planted wherever a real system might leak one. */
export const PLANT = 'planted-secret-4f1d0c';
/** The world is mended, and halted deploys are resumed, after this; what is stuck then stays stuck. */
const MENDED_AFTER_MS = 20_000;
const GIVEN_UP_AFTER_MS = 180_000;

/** The simulated world of a run. */
export async function worldOf(plan: RunPlan): Promise<Simulator> {
  const { perTenantMs, settleMs, fenced, idempotent, seed } = plan;
  return startSimulator({
    tenants: 7,
    seed,
    perTenantMs,
    settleMs,
    fenceEpochs: fenced,
    idempotent,
    plant: PLANT,
  });
}

/** The fleet's section of `greenlane.yaml`: times are short, so that what is slow is what was made slow. */
export function fleetOf(sim: Simulator, { soakMs }: RunPlan): unknown {
  return {
    repo: sim.forge.repo,
    branch: sim.forge.branch,
    forge: { kind: 'gitea', url: sim.forge.url },
    controlPlane: { url: sim.controlPlane.url },
    tenants: { buildinfoUrl: sim.tenants.buildinfoUrl },
    gates: { required: GATES, timeout: '3m', poll: '1s' },
    rollout: { canary: 'hongming', batchSize: 3, soak: `${soakMs}ms`, maxStragglers: 1, postTimeout: '4s' },
    verify: { settle: '2s', interval: '200ms', timeout: '1s' },
  };
}

/** Lives one run through, and gathers what it left behind. */
export async function live(plan: RunPlan, name: string, sim: Simulator, crew: Crew): Promise<Evidence> {
  const initialSha = sim.forge.head();
  for (const { fault } of plan.hardships) sim.fault(fault);
  const shas: string[] = [];
  const deploys: Promise<DeployEvidence>[] = [];
  const began = Date.now();
  const outputs: string[] = [];
  const steering = steer(plan, crew.client, sim, () => `deploy/${name}/${shas[0]}`);
  const mending = mend(sim, crew.client, () => shas.map((sha) => `deploy/${name}/${sha}`));
  for (const [index, at] of [...plan.startsMs].sort((a, b) => a - b).entries()) {
    await pause(at - (Date.now() - began));
    const sha = sim.forge.push();
    sim.forge.setGreen(sha, GATES);
    shas.push(sha);
    const cli = index === 0 && plan.cliKilledAtMs !== undefined;
    const started = cli ? byCommand(plan, name, sha, crew, outputs) : byClient(name, sha, crew);
    deploys.push(started.then((runId) => endOf(crew.client, name, sha, runId)));
  }
  const ended = await Promise.all(deploys);
  const wheel = await steering;
  await mending.stop();
  const lockId = `fleet-lock/${name}`;
  const histories = await historiesOf(crew.client, [lockId, ...shas.map((sha) => `deploy/${name}/${sha}`)]);
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
    leaks: leaks(sim, histories, outputs.join('\n')),
    errors: sim.errors.map((error) => error.message),
  };
}

/** Tries until the server is there: a CI step, or a person, would do the same. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof WorkflowNotFoundError || tries > 100) throw error;
      await pause(200);
    }
  }
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

async function endOf(client: Client, name: string, sha: string, runId: string): Promise<DeployEvidence> {
  const workflowId = `deploy/${name}/${sha}`;
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

/** Somebody at the wheel of the first deploy. */
async function steer(
  plan: RunPlan,
  client: Client,
  sim: Simulator,
  first: () => string,
): Promise<WheelEvidence[]> {
  const { wheel } = plan;
  if (wheel === undefined) return [];
  await pause(wheel.atMs);
  const workflowId = first();
  const handle = client.workflow.getHandle(workflowId);
  const say = async (command: CommandName): Promise<number | undefined> => {
    try {
      await handle.executeUpdate<Receipt, [unknown]>(commandUpdate(command), {
        args: [{ reason: 'a fault run', actor: 'an operator' }],
      });
      return Date.now();
    } catch {
      // Refused: the deploy is over, or cannot do that now. The server may also be away.
      return undefined;
    }
  };
  const said: WheelEvidence[] = [];
  if (wheel.command === 'switch') {
    sim.forge.setVariable('repo', SWITCH, 'true');
    await pause(3_000);
    sim.forge.setVariable('repo', SWITCH, undefined);
    if ((await say('resume')) !== undefined) said.push({ workflowId, command: 'resume' });
    return said;
  }
  const receiptAt = await say(wheel.command);
  await pause(1_000);
  const nextAt = Date.now();
  said.push({
    workflowId,
    command: wheel.command,
    ...(receiptAt === undefined ? {} : { receiptAt }),
    nextAt,
  });
  if (wheel.command !== 'halt') return said;
  await say(wheel.then);
  said.push({ workflowId, command: wheel.then });
  return said;
}

/** After a while nothing is broken any more, and whoever is on call resumes what is halted. */
function mend(sim: Simulator, client: Client, ids: () => readonly string[]): { stop(): Promise<void> } {
  let stopped = false;
  const work = async (): Promise<void> => {
    const began = Date.now();
    while (!stopped && Date.now() - began < MENDED_AFTER_MS) await pause(100);
    sim.clearFaults();
    while (!stopped) {
      for (const id of ids()) {
        try {
          const handle = client.workflow.getHandle(id);
          const { phase } = await handle.query<DeployStatus>('status');
          if (phase === 'halted') await handle.signal('resume', { reason: 'everything is mended' });
        } catch {
          // Not there, over, or the server is away.
        }
      }
      await pause(3_000);
    }
  };
  const working = work();
  return {
    stop: async () => {
      stopped = true;
      await working;
    },
  };
}

type Histories = ReadonlyMap<string, readonly ReturnType<typeof History.fromObject>[]>;

/** Every run of each id, the first of a chain first. */
async function historiesOf(client: Client, ids: readonly string[]): Promise<Histories> {
  const found = new Map<string, ReturnType<typeof History.fromObject>[]>();
  for (const id of ids) {
    const chain: ReturnType<typeof History.fromObject>[] = [];
    try {
      const { raw, runId } = await patiently(() => client.workflow.getHandle(id).describe());
      let next: string | null | undefined = raw.workflowExecutionInfo?.firstRunId ?? runId;
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

/** Requests and withdrawals in the order in which the lock saw them. */
function lockEvents(chain: readonly ReturnType<typeof History.fromObject>[]): LockEvent[] {
  const body = (payloads: { payloads?: { data?: Uint8Array | null }[] | null } | null | undefined) =>
    JSON.parse(Buffer.from(payloads?.payloads?.[0]?.data ?? []).toString('utf8') || '{}') as Record<
      string,
      unknown
    >;
  return chain.flatMap((history) =>
    history.events.flatMap((event): LockEvent[] => {
      const signaled = event.workflowExecutionSignaledEventAttributes;
      if (signaled?.signalName === 'request' || signaled?.signalName === 'withdraw') {
        const { workflowId, readyAt, urgent, kind } = body(signaled.input);
        return [
          {
            kind: signaled.signalName,
            workflowId: String(workflowId),
            readyAt: Number(readyAt ?? 0),
            first: urgent === true || kind === 'rollback',
          },
        ];
      }
      return [];
    }),
  );
}

/** Where a token, or what was planted in bodies and headers, can be read. */
function leaks(sim: Simulator, histories: Histories, output: string): string[] {
  const secrets = [PLANT, ...Object.values(sim.tokens)];
  const found: string[] = [];
  for (const [id, chain] of histories)
    for (const history of chain) {
      const bytes = Buffer.from(History.encode(history).finish());
      if (secrets.some((secret) => bytes.includes(secret))) found.push(`the history of ${id}`);
    }
  if (secrets.some((secret) => output.includes(secret))) found.push('the output of the command line');
  const posted = sim.journal.filter((entry) => entry.where === 'forge.post-status');
  if (secrets.some((secret) => JSON.stringify(posted.map(({ body }) => body ?? '')).includes(secret)))
    found.push('a commit status');
  return found;
}
