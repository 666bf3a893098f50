import { startCrew, type Backbone } from './crew.ts';
import type { Evidence } from './evidence.ts';
import { violations } from './invariants.ts';
import { describeBlow, type BatchPlan } from './plan.ts';
import { fleetOf, live, PLANT, worldOf } from './run.ts';

/** What one run came to. */
export interface RunReport {
  readonly run: string;
  readonly outcomes: readonly string[];
  readonly hardships: readonly string[];
  readonly violations: readonly string[];
}

export interface BatchReport {
  readonly seed: number;
  readonly blows: readonly string[];
  readonly struck: number;
  readonly workers: number;
  readonly seconds: number;
  readonly runs: readonly RunReport[];
  /** Command that does the same again. */
  readonly command: string;
}

/** Runs a batch to its end on a server of its own. */
export async function runBatch(
  plan: BatchPlan,
  startBackbone: () => Promise<Backbone>,
  more = '',
): Promise<BatchReport> {
  const began = Date.now();
  const command = `npm run faults -- --seed ${plan.seed} --runs ${plan.runs.length}${more}`;
  const names = plan.runs.map((run) => `fleet-${run.index}`);
  const backbone = await startBackbone();
  const sims = await Promise.all(plan.runs.map((run) => worldOf(run)));
  const fleets = Object.fromEntries(
    sims.map((sim, index) => [names[index], fleetOf(sim, plan.runs[index] as BatchPlan['runs'][number])]),
  );
  const tokens = (sims[0] as (typeof sims)[number]).tokens;
  const crew = await startCrew({ backbone, lane: `faults-${plan.seed}`, fleets, tokens }, plan.blows);
  try {
    const evidence = await Promise.all(
      plan.runs.map((run, index) =>
        live(run, names[index] as string, sims[index] as (typeof sims)[number], crew),
      ),
    );
    const output = crew.output();
    const spilled = [PLANT, ...Object.values(tokens)].some((secret) => output.includes(secret));
    return {
      seed: plan.seed,
      blows: plan.blows.map(describeBlow),
      struck: crew.struck,
      workers: crew.workers,
      seconds: (Date.now() - began) / 1_000,
      command,
      runs: evidence.map((one, index) => reportOf(one, names[index] as string, spilled && index === 0)),
    };
  } finally {
    await crew.stop();
    await Promise.all(sims.map((sim) => sim.close()));
    await backbone.stop();
  }
}

function reportOf(evidence: Evidence, run: string, spilled: boolean): RunReport {
  return {
    run,
    outcomes: evidence.deploys.map(({ result }) => result?.outcome ?? 'none'),
    hardships: evidence.plan.hardships.map(({ name }) => name),
    violations: [...violations(evidence), ...(spilled ? ['a secret is in the log of a worker'] : [])],
  };
}
