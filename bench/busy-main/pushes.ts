import type { SupersedePolicy } from '../../src/rollout/supersession.ts';
import type { DeployResult } from '../../src/workflows/status.ts';
import { GATES, type Deploy, type Lane, type World } from '../../test/support/worker.ts';

/** A fleet under one policy, and what its deploys have come to so far. */
export interface Main {
  readonly policy: SupersedePolicy;
  readonly world: World;
  /** Pushes a commit and starts its deploy; the gates of the commit `gatesTake` pushes ago turn green. */
  push(): Promise<void>;
  count(outcome: DeployResult['outcome']): number;
  /** Deploys whose gates are green and that have not ended yet. */
  underWay(): number;
  /** How many pushes ago the commit that the whole fleet was proven on was pushed. */
  age(): number;
  /** Ends the deploys whose gates never turned green; resolves when nothing is under way. */
  stop(): Promise<void>;
}

/** A busy main on real workflows. Gates take as long as `gatesTake` pushes: ten are 20 minutes of a push every two. */
export async function busyMain(lane: Lane, policy: SupersedePolicy, gatesTake: number): Promise<Main> {
  const world = await lane.world({
    simulator: { tenants: 4 },
    fleet: { supersede: policy, gates: { poll: '200ms' } },
  });
  const pushed: string[] = [];
  const started: Deploy[] = [];
  const results: Promise<void>[] = [];
  const ends: DeployResult[] = [];
  return {
    policy,
    world,
    push: async () => {
      pushed.push(world.sim.forge.push());
      const deploy = await world.start(pushed.at(-1));
      started.push(deploy);
      results.push(
        deploy.result().then(
          (end) => void ends.push(end),
          () => undefined,
        ),
      );
      const green = pushed.at(-1 - gatesTake);
      if (green !== undefined) world.sim.forge.setGreen(green, GATES);
    },
    count: (outcome) => ends.filter((end) => end.outcome === outcome).length,
    underWay: () => Math.max(0, pushed.length - gatesTake) - ends.length,
    age: () => {
      const proven = ends.filter((end) => end.outcome === 'deployed').map((end) => pushed.indexOf(end.sha));
      return pushed.length - 1 - Math.max(-1, ...proven);
    },
    stop: async () => {
      await Promise.all(
        started.slice(-gatesTake).map((deploy) => deploy.terminate('nobody pushes any more')),
      );
      await Promise.all(results);
    },
  };
}
