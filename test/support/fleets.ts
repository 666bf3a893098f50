import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import {
  simulatedFleet,
  STACK_GATES,
  startStack,
  type Stack,
  type StackOptions,
} from '../../src/dev/stack.ts';
import { startSimulator, type Simulator } from '../../src/simulator/index.ts';

/** A fleet of its own for one test: a simulated world, and the environment of somebody who has this fleet alone. */
export interface OwnFleet {
  readonly name: string;
  readonly sim: Simulator;
  readonly env: NodeJS.ProcessEnv;
  /** Pushes a commit on the branch with every required context green. */
  green(): string;
}

export interface Fleets {
  readonly stack: Stack;
  /** A fleet that no test had before. */
  next(): OwnFleet;
  stop(): Promise<void>;
}

/**
 * One Temporal server for the tests of a file, and `count` fleets that share nothing but it; workers that are started
 * have all of them. A test that is tried again needs another fleet.
 */
export async function startFleets(count: number, options: StackOptions): Promise<Fleets> {
  const stack = await startStack(options);
  const fleets = await Promise.all(
    Array.from({ length: count }, async (_, index) => ownFleet(stack, index + 1, options)),
  );
  const all = Object.fromEntries(
    fleets.map(({ name, sim }) => [name, simulatedFleet(sim, options.fleet ?? {})]),
  );
  writeFileSync(stack.configFile, stringify({ fleets: all }));
  const left = [...fleets];
  return {
    stack,
    next: () => {
      const fleet = left.shift();
      if (fleet === undefined) throw new Error(`all ${count} fleets were taken: start more of them`);
      return fleet;
    },
    stop: async () => {
      await stack.stop();
      await Promise.all(fleets.map(async ({ sim }) => sim.close()));
    },
  };
}

async function ownFleet(stack: Stack, number: number, options: StackOptions): Promise<OwnFleet> {
  const name = `fleet-${number}`;
  const sim = await startSimulator({ tenants: 8, seed: number, ...options.simulator });
  const configFile = join(dirname(stack.configFile), `${name}.yaml`);
  writeFileSync(configFile, stringify({ fleets: { [name]: simulatedFleet(sim, options.fleet ?? {}) } }));
  return {
    name,
    sim,
    env: { ...stack.env, GREENLANE_CONFIG: configFile },
    green: () => {
      const sha = sim.forge.push();
      sim.forge.setGreen(sha, STACK_GATES);
      return sha;
    },
  };
}
