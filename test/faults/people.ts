import type { Client } from '@temporalio/client';
import type { Simulator } from '../../src/simulator/index.ts';
import { commandUpdate } from '../../src/workflows/messages.ts';
import type { CommandName, DeployStatus, Receipt } from '../../src/workflows/status.ts';
import { hasStruck } from './catalogue.ts';
import type { WheelEvidence } from './evidence.ts';
import { pause } from './pause.ts';
import type { RunPlan } from './plan.ts';

const SWITCH = 'PROD_AUTO_DEPLOY_DISABLED';
/** The world is mended, and halted deploys are resumed, after this; what is stuck then stays stuck. */
const MENDED_AFTER_MS = 12_000;
/** What was to break has struck by then also on a busy machine, or never will. */
const STRUCK_WITHIN_MS = 120_000;

/** Somebody at the wheel of the first deploy. */
export async function steer(
  { wheel }: RunPlan,
  client: Client,
  sim: Simulator,
  first: () => string,
): Promise<WheelEvidence[]> {
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
  const receipt = receiptAt === undefined ? {} : { receiptAt };
  said.push({ workflowId, command: wheel.command, ...receipt, nextAt });
  if (wheel.command !== 'halt') return said;
  await say(wheel.then);
  said.push({ workflowId, command: wheel.then });
  return said;
}

/**
 * Some time after the start, and not before everything has struck, nothing is broken any more, and whoever is on call
 * resumes what is halted of the deploys that run.
 */
export function mend(
  { hardships }: RunPlan,
  sim: Simulator,
  client: Client,
  running: () => readonly string[],
): { stop(): Promise<void> } {
  let stopped = false;
  const work = async (): Promise<void> => {
    const began = Date.now();
    const lasted = (): number => Date.now() - began;
    const struck = (): boolean => hardships.every((one) => hasStruck(one, sim.journal));
    while (!stopped && (lasted() < MENDED_AFTER_MS || (lasted() < STRUCK_WITHIN_MS && !struck())))
      await pause(100);
    sim.clearFaults();
    while (!stopped) {
      await Promise.all(running().map(async (id) => resume(client, id)));
      for (let waited = 0; !stopped && waited < 2_000; waited += 100) await pause(100);
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

async function resume(client: Client, id: string): Promise<void> {
  try {
    const handle = client.workflow.getHandle(id);
    const { phase } = await handle.query<DeployStatus>('status');
    if (phase === 'halted') await handle.signal('resume', { reason: 'everything is mended' });
  } catch {
    // Not there, over, or the server is away.
  }
}
