import { WorkflowNotFoundError, type Client, type WorkflowHandle } from '@temporalio/client';
import type { Stack } from '../../src/dev/stack.ts';
import { lockId } from '../../src/workflows/lock-id.ts';
import { commandUpdate, lockQuery, statusQuery } from '../../src/workflows/messages.ts';
import { greenlane } from '../../test/support/cli.ts';
import { until } from '../../test/support/until.ts';
import { timed } from './timed.ts';

const start = { workflowIdReusePolicy: 'ALLOW_DUPLICATE', workflowIdConflictPolicy: 'FAIL' } as const;
const by = { args: [{ reason: 'bench', actor: 'bench' }] as [unknown] };
/** Halts in one soak; in a wave it is one, as the second would hear what the first was told. */
const PER_SOAK = 3;
const COMMAND_EVERY = 3;
const LONG_MS = 60_000;

/** ms each. */
export interface Halts {
  /** An update that does nothing, to a workflow that does nothing. */
  readonly updates: number[];
  /** From asking for a halt to its receipt: while a call is out. */
  readonly wave: number[];
  readonly soak: number[];
  /** `greenlane halt` as a process, to its end, in a soak. */
  readonly commands: number[];
}

/** Starts so many deploys of one fleet; the first has it and the others queue. */
export async function queueUp(client: Client, stack: Stack, count: number): Promise<WorkflowHandle> {
  const deploys: WorkflowHandle[] = [];
  for (let index = 0; index < count; index += 1) {
    const sha = stack.sim.forge.push();
    deploys.push(
      await client.workflow.start('deploy', {
        ...start,
        workflowId: `redeploy/production/halts-${index}`,
        taskQueue: 'publish',
        args: [
          {
            ...{ fleet: 'production', tag: `staging-${sha.slice(0, 7)}`, kind: 'manual' },
            ...{ actor: 'bench', reason: 'halts' },
          },
        ],
      }),
    );
    if (index === 0) await until(async () => (await lock())?.holder !== undefined, LONG_MS);
  }
  await until(async () => (await lock())?.waiting === count - 1, LONG_MS);
  return deploys[0] as WorkflowHandle;

  async function lock() {
    try {
      return await client.workflow.getHandle(lockId('production')).query(lockQuery, 0);
    } catch (error) {
      // It begins with the first request.
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }
}

/**
 * Halts and resumes a deploy in each of its waves, at different moments of the call, and in each soak between them,
 * while others queue behind it.
 */
export async function measureHalts(
  holder: WorkflowHandle,
  bare: WorkflowHandle,
  stack: Stack,
  waves: number,
): Promise<Halts> {
  const halts: Halts = { updates: [], wave: [], soak: [], commands: [] };
  for (let round = 0; round < waves; round += 1) {
    await phase('soak');
    for (let count = 0; count < PER_SOAK; count += 1) {
      halts.soak.push(await halt());
      await resume();
      await phase('soak');
      halts.updates.push(await timed(() => bare.executeUpdate('nothing')));
    }
    if (round % COMMAND_EVERY === 0) {
      halts.commands.push(
        await timed(async () => {
          const { code, stderr } = await greenlane(['halt', '--reason', 'bench'], stack.env);
          if (code !== 0) throw new Error(stderr);
        }),
      );
      await resume();
      await phase('soak');
    }
    const calls = callsOut();
    await holder.executeUpdate(commandUpdate('skip-soak'), by);
    await until(() => callsOut() > calls, LONG_MS);
    await new Promise((resolve) => setTimeout(resolve, (round % 6) * 50));
    halts.wave.push(await halt('sending'));
    await resume();
  }
  return halts;

  async function halt(stage?: 'sending'): Promise<number> {
    const began = performance.now();
    const { halted, inFlight } = await holder.executeUpdate(commandUpdate('halt'), by);
    const took = performance.now() - began;
    if (halted === undefined || inFlight?.stage !== stage)
      throw new Error(`halted ${JSON.stringify(halted)}, in flight ${JSON.stringify(inFlight)}`);
    return took;
  }
  async function resume(): Promise<void> {
    await holder.executeUpdate(commandUpdate('resume'), by);
  }
  async function phase(wanted: string): Promise<void> {
    await until(async () => (await holder.query(statusQuery)).phase === wanted, LONG_MS);
  }
  function callsOut(): number {
    return stack.sim.journal.calls('control-plane', { dryRun: false }).length;
  }
}
