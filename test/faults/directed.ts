import { ALL_TARGETS, blowAt, DATABASE_KILLS, type Target } from './blows.ts';
import { HARDSHIPS, type Hardship } from './catalogue.ts';
import { dice, needs, planRun, WORKERS, type BatchPlan, type RunPlan } from './plan.ts';

/** What {@link planAlone} is about. */
export const ALONE = 'alone';
/** Runs that come by every point, beside others as the seed has them. */
const CERTAIN = 2;

/**
 * A point as the command line names it: `freeze:before watchHolder`, `server:reported rollWave`.
 * @throws Error that lists the points there are, for one that no deploy comes by or that needs a database
 */
export function pointOf(text: string, database: boolean): Target {
  const there = ALL_TARGETS.filter((target) => database || !DATABASE_KILLS.includes(target));
  const found = there.find((target) => nameOf(target) === text.trim());
  if (found !== undefined) return found;
  const alike = there.filter(([what]) => text.startsWith(`${what}:`));
  const names = [...new Set((alike.length === 0 ? there : alike).map(nameOf))];
  throw new Error(`no point is called \`${text}\`; expected one of: ${names.join(', ')}`);
}

/** What {@link pointOf} reads. */
export function nameOf([what, moment, activity]: Target): string {
  return `${what}:${moment} ${activity}`;
}

/**
 * A batch with one blow, whose point certainly comes: two of its runs take every way there is. Their second deploy
 * asks while the first acts, so that it waits for its turn; what the second deployed is taken back by a third.
 */
export function planDirected(seed: number, runs: number, target: Target): BatchPlan {
  const { whole } = dice(seed);
  return {
    seed,
    directed: nameOf(target),
    workers: WORKERS[seed % WORKERS.length] as BatchPlan['workers'],
    blows: [blowAt(target, CERTAIN, whole)],
    runs: Array.from({ length: Math.max(runs, CERTAIN) }, (_, index) =>
      index < CERTAIN ? certainRun(planRun(index, seed)) : planRun(index, seed),
    ),
  };
}

/** A batch without blows, in each run of which one fault strikes alone; batches of one size in a row come by all. */
export function planAlone(seed: number, runs: number): BatchPlan {
  return {
    seed,
    directed: ALONE,
    workers: 'plain',
    blows: [],
    runs: Array.from({ length: runs }, (_, index): RunPlan => {
      const fault = HARDSHIPS[(seed * runs + index) % HARDSHIPS.length] as Hardship;
      const run = { ...certainRun(planRun(index, seed)), hardships: [fault], undone: false };
      return needs([fault], ['forge.check-runs']) ? { ...run, forge: 'github' } : run;
    }),
  };
}

function certainRun({ wheel: _, cliKilledAtMs: __, ...plan }: RunPlan): RunPlan {
  return {
    ...plan,
    startsMs: [0, 0],
    inTurn: true,
    hardships: [],
    undone: true,
    furnished: true,
    // Long enough for the second to ask meanwhile.
    perTenantMs: 900,
    settleMs: 0,
    soakMs: 1_000,
  };
}
