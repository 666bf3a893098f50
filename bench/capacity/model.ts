/** What a deploy costs: measured, once per deploy and once per wave. */
export interface Costs {
  /** Things Temporal must write down: starts, signals, updates, timers, every attempt of an activity. */
  readonly actions: Cost;
  /** Bytes of history, of the deploy and of its share of the lock. */
  readonly historyBytes: Cost;
  /** Growth of the database, bytes. */
  readonly databaseBytes: Cost;
  /** CPU time of a worker and of the server, ms. */
  readonly workerMs: Cost;
  readonly serverMs: Cost;
}

export interface Cost {
  readonly perDeploy: number;
  readonly perWave: number;
}

/** What a company does: the same for each of its fleets. */
export interface Company {
  readonly fleets: number;
  /** Deploys that reach the fleet, per fleet and working day. */
  readonly deploysPerDay: number;
  /** Hours of the day in which they happen. */
  readonly workingHours: number;
  readonly waves: number;
  /** How long one wave's call and proof take, and the soak behind it, ms. */
  readonly waveMs: number;
  readonly soakMs: number;
  /** How long gates take from the push, ms, and how often they are looked at. */
  readonly gatesMs: number;
  readonly pollMs: number;
}

export interface Load {
  readonly deploys: number;
  /** Per second over the working day: mean, 99th percentile, most. */
  readonly actions: { readonly mean: number; readonly p99: number; readonly most: number };
  /** Activity slots taken at once. */
  readonly slots: { readonly p99: number; readonly most: number };
  /** Deploys that are open at once, most of them waiting for gates or soaking. */
  readonly open: { readonly p99: number; readonly most: number };
}

/** Looks at a fleet's lock and watches its holder this often while it is held, ms (src/activities/lock.ts). */
const WATCH_MS = 2_000;

/**
 * One working day of all fleets, second by second: pushes come at random, gates take their time, deploys of one fleet
 * go one after another. `random` gives numbers from 0 to 1.
 */
export function simulateDay(company: Company, costs: Costs, random: () => number): Load {
  const seconds = Math.round(company.workingHours * 3_600);
  const tail = Math.ceil((company.gatesMs * 4 + company.waves * (company.waveMs + company.soakMs)) / 1_000);
  const actions = new Float64Array(seconds + tail);
  const slots = new Float64Array(seconds + tail);
  const open = new Float64Array(seconds + tail);
  const add = (into: Float64Array, from: number, to: number, amount: number): void => {
    const last = Math.min(into.length, Math.ceil(to));
    for (let at = Math.max(0, Math.floor(from)); at < last; at += 1) into[at] = (into[at] ?? 0) + amount;
  };
  let deploys = 0;
  for (let fleet = 0; fleet < company.fleets; fleet += 1) {
    let free = 0;
    let at = 0;
    for (;;) {
      // Pushes come one by one, without a memory: the time between two is exponential.
      at += (-Math.log(1 - random()) * seconds) / company.deploysPerDay;
      if (at >= seconds) break;
      deploys += 1;
      const gates = (company.gatesMs / 1_000) * (0.5 + random());
      add(actions, at, at + gates, 1_000 / company.pollMs);
      const begin = Math.max(at + gates, free);
      const wave = (company.waveMs + company.soakMs) / 1_000;
      const end = begin + company.waves * wave;
      add(actions, begin, begin + 1, costs.actions.perDeploy);
      add(actions, begin, end, 1_000 / WATCH_MS);
      for (let number = 0; number < company.waves; number += 1) {
        const start = begin + number * wave;
        add(actions, start, start + 1, costs.actions.perWave);
        add(slots, start, start + company.waveMs / 1_000, 1);
      }
      // The deploy that is next holds one slot while it waits for its turn (src/activities/turn.ts).
      if (begin > at + gates) add(slots, at + gates, begin, 1);
      add(open, at, end, 1);
      free = end;
    }
  }
  const day = (list: Float64Array): Float64Array => list.slice(0, seconds).sort();
  const at = (sorted: Float64Array, share: number): number =>
    sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  const [busy, taken, waiting] = [day(actions), day(slots), day(open)];
  return {
    deploys,
    actions: {
      mean: busy.reduce((sum, one) => sum + one, 0) / busy.length,
      p99: at(busy, 0.99),
      most: at(busy, 1),
    },
    slots: { p99: at(taken, 0.99), most: at(taken, 1) },
    open: { p99: at(waiting, 0.99), most: at(waiting, 1) },
  };
}

/** What a whole deploy of so many waves costs. */
export function costOf({ perDeploy, perWave }: Cost, waves: number): number {
  return perDeploy + perWave * waves;
}

/** The costs once per deploy and per wave that two measured deploys of different sizes agree with. */
export function lineThrough(
  small: { readonly waves: number; readonly cost: number },
  large: { readonly waves: number; readonly cost: number },
): Cost {
  const perWave = (large.cost - small.cost) / (large.waves - small.waves);
  return { perWave, perDeploy: small.cost - perWave * small.waves };
}
