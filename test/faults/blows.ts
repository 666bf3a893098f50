import { CALL_MOMENTS, MOMENTS, type Moment } from '../../src/activities/fault-points.ts';

/** What is done to the machinery, and the point in a deploy that it waits for. */
export interface Blow {
  readonly what: 'kill' | 'freeze' | 'stop' | 'clock' | 'server' | 'database';
  readonly moment: Moment;
  readonly activity: string;
  /** Arrivals at the point that pass first. */
  readonly skip: number;
  /** From the point to the blow. */
  readonly delayMs: number;
}

/** Every activity that a run comes by, and how often in a batch at least. */
const ACTIVITIES = {
  prepare: 'often',
  awaitGates: 'often',
  requestFleet: 'often',
  takeTurn: 'seldom',
  giveBack: 'often',
  preflight: 'seldom',
  survey: 'often',
  rollWave: 'often',
  verifyFleet: 'often',
  movePointer: 'seldom',
  postStatus: 'often',
  notify: 'seldom',
  watchHolder: 'often',
  findFormer: 'seldom',
  touchedBy: 'once',
} as const;
type Activity = keyof typeof ACTIVITIES;
const NAMES = Object.keys(ACTIVITIES) as Activity[];

/** What is done, at which moment of which activity, and how many ms later. */
export type Target = readonly [what: Blow['what'], moment: Moment, activity: Activity, delayMs?: number];

/** `kill -9` of the worker before and after every activity, when its result was reported, and around each call. */
export const KILLS: readonly Target[] = [
  ...CALL_MOMENTS.map((moment): Target => ['kill', moment, 'rollWave']),
  ...NAMES.flatMap((name) => MOMENTS.map((moment): Target => ['kill', moment, name])),
  // Between a wave and the next one: in a soak where there is one.
  ['kill', 'reported', 'rollWave', 400],
];

/** Each part of the machinery that keeps what is known, in every phase of a deploy. */
const everyPhase = (what: 'server' | 'database'): Target[] => [
  ...NAMES.filter((name) => ACTIVITIES[name] === 'often').map((name): Target => [what, 'before', name]),
  [what, 'before', 'takeTurn'],
  [what, 'sending', 'rollWave'],
  [what, 'answered', 'rollWave'],
  [what, 'reported', 'rollWave', 400],
  [what, 'reported', 'giveBack'],
];
export const SERVER_KILLS: readonly Target[] = everyPhase('server');
export const DATABASE_KILLS: readonly Target[] = everyPhase('database');

/** A worker that sleeps through the end of its attempt, is told to stop, or whose clock is set. */
export const OTHERS: readonly Target[] = [
  ['freeze', 'sending', 'rollWave', 0],
  ['stop', 'sending', 'rollWave', 200],
  ['clock', 'before', 'rollWave'],
  ...NAMES.map((name): Target => ['freeze', 'before', name]),
  ['freeze', 'answered', 'rollWave'],
  ['freeze', 'after', 'rollWave'],
  ['stop', 'before', 'takeTurn', 100],
  ['stop', 'answered', 'rollWave', 50],
  ['stop', 'before', 'verifyFleet'],
  ['stop', 'before', 'awaitGates'],
  ['clock', 'sending', 'rollWave', 30],
  ['clock', 'before', 'verifyFleet', 30],
  ['clock', 'before', 'survey'],
  ['clock', 'before', 'takeTurn'],
  ['clock', 'before', 'awaitGates'],
];

/** Every point of the catalogue. */
export const ALL_TARGETS: readonly Target[] = [...KILLS, ...OTHERS, ...SERVER_KILLS, ...DATABASE_KILLS];

/** The blows of a batch: walked through by its seed, so that fifty batches in a row come by all of them. */
export function blowsOf(
  seed: number,
  runs: number,
  database: boolean,
  whole: (below: number) => number,
): Blow[] {
  const walk = <T>(list: readonly T[], step: number): T => list[step % list.length] as T;
  const keepers = database ? [...DATABASE_KILLS, ...SERVER_KILLS] : SERVER_KILLS;
  // The clusters are there for what keeps the state; the worker has the most points.
  const targets = database
    ? [walk(keepers, seed * 3), walk(KILLS, seed)]
    : [walk(KILLS, seed * 2), walk(KILLS, seed * 2 + 23), walk([...OTHERS, ...keepers], seed * 11)];
  return targets.map((target) => blowAt(target, runs, whole));
}

/** A blow at a point, after so many arrivals as a batch of so many runs certainly has. */
export function blowAt(
  [what, moment, activity, delayMs]: Target,
  runs: number,
  whole: (below: number) => number,
): Blow {
  return {
    what,
    moment,
    activity,
    skip: whole({ often: Math.min(runs, 6), seldom: 2, once: 1 }[ACTIVITIES[activity]]),
    delayMs: delayMs ?? whole(2) * whole(60),
  };
}

/** One line of what is done, for people. */
export function describeBlow({ what, moment, activity, delayMs }: Blow): string {
  const done = {
    kill: 'kill -9 of the worker',
    freeze: 'SIGSTOP of the worker',
    stop: 'SIGTERM of the worker',
    clock: 'the clock of the worker set',
    server: 'kill -9 of the Temporal server',
    database: 'kill -9 of the database',
  }[what];
  return `${done} ${delayMs === 0 ? '' : `${delayMs} ms `}${moment} ${activity}`;
}
