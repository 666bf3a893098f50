import { seededRandom } from '../../src/simulator/random.ts';
import { blowsOf, type Blow } from './blows.ts';
import { HARDSHIPS, type Hardship } from './catalogue.ts';

/** What somebody does at the wheel, ms after the deploy was started. */
export interface Wheel {
  readonly command: 'halt' | 'supersede' | 'rollback' | 'switch';
  readonly atMs: number;
  readonly then: 'resume' | 'abort' | 'rollback';
}

/** One run: a fleet, one to three deploys, and what goes wrong meanwhile. */
export interface RunPlan {
  readonly index: number;
  readonly seed: number;
  readonly startsMs: readonly number[];
  /** Each deploy but the first is started when the one before it has made its first call, instead. */
  readonly inTurn?: true;
  readonly hardships: readonly Hardship[];
  readonly wheel?: Wheel;
  /** What the last of them deployed is taken back by a deploy of its own, when all have ended. */
  readonly undone: boolean;
  /** The first deploy is started by the command line, which is killed after so many ms and run again. */
  readonly cliKilledAtMs?: number;
  readonly forge: 'gitea' | 'github';
  /** With a registry, a pointer tag in it, and somebody who is told. */
  readonly furnished: boolean;
  readonly perTenantMs: number;
  readonly settleMs: number;
  readonly soakMs: number;
  readonly fenced: boolean;
  readonly idempotent: boolean;
}

/** What is odd about the workers of a batch from the beginning. */
export const WORKERS = [
  'plain',
  'full-disk',
  'plain',
  'two-builds',
  'plain',
  'clock-ahead',
  'clock-behind',
] as const;

/** Runs beside each other on one server and one lane, whose workers the blows hit. */
export interface BatchPlan {
  readonly seed: number;
  /** The one point that it is about, or `alone`: it fails when that, or one of its faults, never comes. */
  readonly directed?: string;
  readonly workers: (typeof WORKERS)[number];
  readonly blows: readonly Blow[];
  readonly runs: readonly RunPlan[];
}

/** Runs that have their own blows: the walk through the hardships goes on where the batch before it ended. */
const STRIDE = 10;
/** Batches of more runs have the blows of a seed on the other side of the walk besides. */
const HALF_WAY = 25;

export interface Dice {
  readonly random: () => number;
  readonly whole: (below: number) => number;
  readonly one: <T>(list: readonly T[]) => T;
}

/** Throws that are the same for the same seed. */
export function dice(seed: number): Dice {
  const random = seededRandom(seed);
  const whole = (below: number): number => Math.floor(random() * below);
  return { random, whole, one: (list) => list[whole(list.length)] as (typeof list)[number] };
}

/** The same seed gives the same plan; what the machine makes of its times is its own. */
export function planBatch(seed: number, runs: number, database: boolean): BatchPlan {
  return {
    seed,
    workers: WORKERS[seed % WORKERS.length] as BatchPlan['workers'],
    blows: Array.from({ length: Math.ceil(runs / STRIDE) }, (_, ten) =>
      blowsOf(seed + ten * HALF_WAY, Math.min(runs, STRIDE), database, dice(seed + ten * HALF_WAY).whole),
    ).flat(),
    runs: Array.from({ length: runs }, (_, index) => planRun(index, seed)),
  };
}

/** One run of a batch. */
export function planRun(index: number, batch: number): RunPlan {
  const seed = batch * 1_000 + index;
  const { random, whole, one } = dice(seed);
  const walked = HARDSHIPS[(batch * STRIDE + index) % HARDSHIPS.length] as Hardship;
  // Each in turn, alone or with another one; an easy world now and then.
  const hardships = index % 5 === 4 ? [] : random() < 0.5 ? [walked] : [walked, one(HARDSHIPS)];
  const wheel: Wheel | undefined =
    random() < 0.3
      ? {
          command: one(['halt', 'halt', 'supersede', 'rollback', 'switch'] as const),
          atMs: 200 + whole(2_000),
          then: one(['resume', 'resume', 'abort', 'rollback'] as const),
        }
      : undefined;
  const deploys = one([1, 1, 2, 3]);
  return {
    index,
    seed,
    startsMs: Array.from({ length: deploys }, (_, n) => (n === 0 ? 0 : whole(1_500))),
    hardships,
    ...(wheel === undefined ? {} : { wheel }),
    undone: index % 10 === 2,
    ...(random() < 0.15 ? { cliKilledAtMs: 300 + whole(2_500) } : {}),
    forge: needs(hardships, ['forge.check-runs']) || random() < 0.2 ? 'github' : 'gitea',
    furnished: needs(hardships, ['registry', 'hook']) || random() < 0.5,
    perTenantMs: one([20, 60, 120, 900]),
    settleMs: one([0, 0, 200, 600]),
    soakMs: one([0, 0, 1_000]),
    fenced: random() < 0.5,
    idempotent: random() < 0.3,
  };
}

/** Whether one of them strikes at one of these places. */
export function needs(
  hardships: readonly Hardship[],
  places: readonly Hardship['fault']['where'][],
): boolean {
  return hardships.some(({ fault }) => places.includes(fault.where));
}
