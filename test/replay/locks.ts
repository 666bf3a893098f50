import type { Outcome } from '../../src/rollout/outcome.ts';
import { holdSignal, holdUpdate } from '../../src/workflows/messages.ts';
import type { Lane, World } from '../support/worker.ts';
import { ends, hold, inPhase, signal, type Scenario } from './scenario.ts';

/** The lock's life: its recordings hold the lock's history beside those of its deploys. */
export const lockScenarios: readonly Scenario[] = [
  {
    name: 'lock-with-a-terminated-holder',
    live: async (lane) => {
      const world = await lane.world();
      const wave = hold(world, 'hongming');
      const first = await world.start(world.green());
      await wave.arrived();
      const second = await world.start(world.green());
      await inPhase(second, 'queued');
      await first.terminate('for the record');
      wave.release();
      return ['terminated', ...(await ends([second]))];
    },
  },
  {
    name: 'lock-with-a-terminated-waiter',
    live: async (lane) => {
      const world = await lane.world();
      const wave = hold(world, 'hongming');
      const first = await world.start(world.green());
      await wave.arrived();
      const second = await world.start(world.green());
      await inPhase(second, 'queued');
      const third = await world.start(world.green());
      await inPhase(third, 'queued');
      await second.terminate('for the record');
      wave.release();
      return ['terminated', ...(await ends([first, third]))];
    },
  },
  {
    name: 'lock-with-an-urgent-deploy-and-a-superseded-one',
    live: async (lane) => {
      const world = await lane.world();
      const wave = hold(world, 'hongming');
      const [a, b, c] = [world.green(), world.green(), world.green()];
      const first = await world.start(a);
      await wave.arrived();
      const second = await world.start(b);
      await inPhase(second, 'queued');
      const third = await world.start(c, { urgent: true, reason: 'an urgent fix' });
      await inPhase(third, 'queued');
      wave.release();
      return ends([first, second, third]);
    },
  },
  {
    name: 'lock-pinned-frozen-and-told-nonsense',
    live: async (lane) => {
      const world = await lane.world();
      await ends([await world.start(world.green())]);
      const lock = lockOf(lane, world);
      const by = { reason: 'for the record', actor: 'an operator' };
      await lock.executeUpdate(holdUpdate('freeze'), { args: [by] });
      await lock.signal(holdSignal('pin'), { ...by, tag: 'staging-0000000' });
      await lock.signal('request', { nonsense: true });
      await lock.signal('nobody-knows-this', 1);
      const deploy = await world.start(world.green());
      await inPhase(deploy, 'queued');
      await lock.executeUpdate(holdUpdate('unfreeze'), { args: [by] });
      await lock.executeUpdate(holdUpdate('unpin'), { args: [by] });
      return ['deployed', ...(await ends([deploy]))];
    },
  },
  {
    name: 'lock-left-by-a-halted-waiter',
    live: async (lane) => {
      const world = await lane.world();
      const wave = hold(world, 'hongming');
      const first = await world.start(world.green());
      await wave.arrived();
      const second = await world.start(world.green());
      await inPhase(second, 'queued');
      await signal(second, 'halt', { reason: 'not now' });
      await inPhase(second, 'halted');
      await signal(second, 'resume', { reason: 'now' });
      await inPhase(second, 'queued');
      wave.release();
      return ends([first, second]);
    },
  },
  {
    name: 'lock-lost-and-made-anew',
    live: async (lane) => {
      const world = await lane.world();
      const wave = hold(world, 'hongming');
      const first = await world.start(world.green());
      await wave.arrived();
      await lockOf(lane, world).terminate('for the record');
      const second = await world.start(world.green());
      await inPhase(second, 'queued');
      wave.release();
      return ends([first, second]);
    },
  },
  {
    name: 'lock-continued-as-new',
    shortRuns: true,
    live: async (lane) => {
      const world = await lane.world({ simulator: { tenants: 2 } });
      const outcomes: Outcome[] = [];
      for (let count = 0; count < 6; count += 1)
        outcomes.push(...(await ends([await world.start(world.green())])));
      return outcomes;
    },
  },
];

function lockOf(lane: Lane, world: World) {
  return lane.environment.client.workflow.getHandle(`fleet-lock/${world.name}`);
}
