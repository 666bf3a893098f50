import { MOMENTS, type ArmedPoint, type Moment } from '../../src/activities/fault-points.ts';
import { seededRandom } from '../../src/simulator/random.ts';
import { HARDSHIPS, type Hardship } from './catalogue.ts';

/** What is done to the machinery while several fleets are deployed to. */
export type Blow =
  | {
      readonly kind: 'worker';
      readonly moment: Moment;
      readonly activity: string;
      readonly point: ArmedPoint;
    }
  | { readonly kind: 'server'; readonly afterMs: number }
  | { readonly kind: 'database'; readonly afterMs: number };

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
  readonly hardships: readonly Hardship[];
  readonly wheel?: Wheel;
  /** The first deploy is started by the command line, which is killed after so many ms and run again. */
  readonly cliKilledAtMs?: number;
  readonly perTenantMs: number;
  readonly settleMs: number;
  readonly soakMs: number;
  readonly fenced: boolean;
  readonly idempotent: boolean;
}

/** Runs beside each other on one server and one worker, which the blows hit. */
export interface BatchPlan {
  readonly seed: number;
  readonly blows: readonly Blow[];
  readonly runs: readonly RunPlan[];
}

const ACTIVITIES = [
  'prepare',
  'awaitGates',
  'requestFleet',
  'preflight',
  'survey',
  'rollWave',
  'rollWave',
  'rollWave',
  'verifyFleet',
  'postStatus',
  'takeTurn',
  'giveBack',
  'watchHolder',
  'findFormer',
] as const;

/** The same seed gives the same plan; what the machine makes of its times is its own. */
export function planBatch(seed: number, runs: number, database: boolean): BatchPlan {
  const random = seededRandom(seed);
  const whole = (below: number): number => Math.floor(random() * below);
  const one = <T>(list: readonly T[]): T => list[whole(list.length)] as T;
  const blows: Blow[] = [];
  const servers = seed % 5 === 4;
  if (servers)
    blows.push({ kind: database && random() < 0.5 ? 'database' : 'server', afterMs: 300 + whole(2_500) });
  for (let count = servers ? 0 : 1 + whole(2); count > 0; count -= 1) {
    const signal = one(['SIGKILL', 'SIGKILL', 'SIGKILL', 'SIGSTOP', 'SIGTERM'] as const);
    blows.push({
      kind: 'worker',
      moment: one(MOMENTS),
      activity: one(ACTIVITIES),
      point: { signal, delayMs: random() < 0.5 ? 0 : whole(60), skip: whole(runs) },
    });
  }
  return {
    seed,
    blows,
    runs: Array.from({ length: runs }, (_, index) => planRun(index, seed * 1_000 + index)),
  };
}

function planRun(index: number, seed: number): RunPlan {
  const random = seededRandom(seed);
  const whole = (below: number): number => Math.floor(random() * below);
  const one = <T>(list: readonly T[]): T => list[whole(list.length)] as T;
  const deploys = one([1, 1, 2, 3]);
  const hardships = Array.from({ length: one([0, 1, 1, 2, 2]) }, () => one(HARDSHIPS));
  const wheel: Wheel | undefined =
    random() < 0.3
      ? {
          command: one(['halt', 'halt', 'supersede', 'rollback', 'switch'] as const),
          atMs: 200 + whole(2_000),
          then: one(['resume', 'resume', 'abort', 'rollback'] as const),
        }
      : undefined;
  return {
    index,
    seed,
    startsMs: Array.from({ length: deploys }, (_, n) => (n === 0 ? 0 : whole(1_500))),
    hardships,
    ...(wheel === undefined ? {} : { wheel }),
    ...(random() < 0.1 ? { cliKilledAtMs: 300 + whole(2_500) } : {}),
    perTenantMs: 20 + whole(100),
    settleMs: one([0, 0, 200, 600]),
    soakMs: one([0, 0, 1_000]),
    fenced: random() < 0.5,
    idempotent: random() < 0.3,
  };
}

/** One line of what is done to it, for people. */
export function describeBlow(blow: Blow): string {
  if (blow.kind !== 'worker')
    return `kill -9 of the ${blow.kind === 'server' ? 'Temporal server' : 'database'}`;
  const { signal, delayMs } = blow.point;
  return `${signal} of the worker ${delayMs === 0 ? '' : `${delayMs} ms `}${blow.moment} ${blow.activity}`;
}
