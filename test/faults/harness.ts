import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Backbone } from './backbone.ts';
import { builtTwice } from './builds.ts';
import { startCrew } from './crew.ts';
import { ALONE } from './directed.ts';
import type { Evidence } from './evidence.ts';
import { violations } from './invariants.ts';
import { describeBlow } from './blows.ts';
import { hasStruck } from './catalogue.ts';
import { secretsOf } from './histories.ts';
import type { BatchPlan } from './plan.ts';
import { notReplayed } from './replay.ts';
import { live } from './run.ts';
import { buildNewer, FORMER, type Build } from '../worker/newer-build.ts';
import { environmentOf, fleetOf, worldOf } from './world.ts';

/** What one run came to. */
export interface RunReport {
  readonly run: string;
  readonly outcomes: readonly string[];
  readonly hardships: readonly string[];
  /** Which of them struck, as the simulator's journal says; absent in logs of before it was looked at. */
  readonly met?: readonly boolean[];
  readonly violations: readonly string[];
}

export interface BatchReport {
  readonly seed: number;
  readonly workerKind: BatchPlan['workers'];
  /** Blows that were planned. */
  readonly blows: readonly string[];
  /** Those whose point was reached. */
  readonly struck: readonly string[];
  /** Workers that were started. */
  readonly workers: number;
  readonly seconds: number;
  readonly runs: readonly RunReport[];
  /** What is wrong with the batch as a whole. */
  readonly beside: readonly string[];
  /** What was planned; absent in logs of before it was kept. */
  readonly plan?: BatchPlan;
  /** Command that does the same again. */
  readonly command: string;
  /** Directory with the workers' logs and the histories, where something is wrong. */
  readonly kept?: string;
}

const KEPT = fileURLToPath(new URL('../../.tmp', import.meta.url));

let building: Promise<Build> | undefined;

/** The next version of the worker; made once for all batches of this process. */
function newerBuild(): Promise<Build> {
  building ??= buildNewer().then((build) => {
    process.once('exit', () => build.remove());
    return build;
  });
  return building;
}

/** Runs a batch to its end on a server of its own. */
export async function runBatch(
  plan: BatchPlan,
  startBackbone: () => Promise<Backbone>,
  more = '',
): Promise<BatchReport> {
  const began = performance.now();
  const worlds = await Promise.all(
    plan.runs.map(async (run) => ({ run, name: `fleet-${run.index}`, sim: await worldOf(run) })),
  );
  const tokens = (worlds[0] as (typeof worlds)[number]).sim.tokens;
  const backbone = await startBackbone();
  try {
    const fleets = Object.fromEntries(worlds.map(({ run, name, sim }) => [name, fleetOf(sim, run)]));
    const env = Object.assign(
      {},
      ...worlds.map(({ run, sim }) => environmentOf(sim, run)),
    ) as NodeJS.ProcessEnv;
    const newer = plan.workers === 'two-builds' ? await newerBuild() : undefined;
    const lane = `faults-${plan.seed}`;
    const crew = await startCrew({ backbone, lane, fleets, tokens, env, newer }, plan);
    try {
      const evidence = await Promise.all(
        worlds.map(async ({ run, name, sim }) => live(run, name, sim, crew)),
      );
      const output = crew.workers.output();
      const histories = evidence.map((one) => one.histories);
      const reports = evidence.map((one, index) => reportOf(one, `fleet-${index}`));
      const spilled = secretsOf(tokens).some((secret) => output.includes(secret));
      const beside = [
        ...(spilled ? ['a secret is in the log of a worker'] : []),
        ...crew.trouble,
        ...(newer === undefined ? [] : builtTwice(histories, [FORMER, newer])),
        ...(await notReplayed(histories, newer)),
      ];
      return {
        seed: plan.seed,
        workerKind: plan.workers,
        blows: plan.blows.map(describeBlow),
        struck: crew.struck,
        workers: crew.workers.count,
        seconds: (performance.now() - began) / 1_000,
        command: commandOf(plan, more),
        runs: reports,
        beside,
        plan,
        ...(beside.length > 0 || reports.some(({ violations: some }) => some.length > 0)
          ? { kept: keep(plan.seed, output, evidence) }
          : {}),
      };
    } finally {
      await crew.stop();
    }
  } finally {
    await Promise.all(worlds.map(async ({ sim }) => sim.close()));
    await backbone.stop();
  }
}

function commandOf({ seed, runs: { length }, directed }: BatchPlan, more: string): string {
  const about = directed === ALONE ? '--alone ' : '';
  const what =
    directed === undefined || directed === ALONE ? `${about}--runs ${length}` : `--point '${directed}'`;
  return `npm run faults -- --seed ${seed} ${what} --size ${length}${more}`;
}

/** Keeps what tells why, in the tree: the temporary directory of a test run goes with it. */
function keep(seed: number, output: string, evidence: readonly Evidence[]): string {
  mkdirSync(KEPT, { recursive: true });
  const directory = mkdtempSync(join(KEPT, `faults-${seed}-`));
  writeFileSync(join(directory, 'workers.log'), output);
  for (const { histories } of evidence)
    for (const [id, chain] of histories)
      writeFileSync(join(directory, `${id.replaceAll('/', '-')}.json`), JSON.stringify(chain, undefined, 1));
  return directory;
}

function reportOf(evidence: Evidence, run: string): RunReport {
  return {
    run,
    outcomes: evidence.deploys.map(({ result }) => result?.outcome ?? 'none'),
    hardships: evidence.plan.hardships.map(({ name }) => name),
    met: evidence.plan.hardships.map((one) => hasStruck(one, evidence.journal)),
    violations: violations(evidence),
  };
}

/** Faults that were planned for a run, and never struck; one that flaps may do so by its own nature. */
export function unmetOf({ runs, plan }: Pick<BatchReport, 'runs' | 'plan'>): string[] {
  return runs.flatMap(({ run, met, hardships }, index) =>
    hardships.flatMap((name, at) =>
      met?.[at] === false && plan?.runs[index]?.hardships[at]?.fault.chance === undefined
        ? `${name} (${run})`
        : [],
    ),
  );
}

/** Blows that were planned, and whose point never came: they broke nothing, and show nothing. */
export function missedOf({ blows, struck }: Pick<BatchReport, 'blows' | 'struck'>): string[] {
  const left = [...struck];
  return blows.filter((blow) => {
    const at = left.indexOf(blow);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** What is wrong in a batch, for people; empty when nothing is. A point that a batch is about must have come. */
export function problemsOf(report: BatchReport): string[] {
  const { runs, beside, command, kept, plan } = report;
  const missed =
    plan?.directed === undefined ? [] : plan.directed === ALONE ? unmetOf(report) : missedOf(report);
  const found = runs
    .filter((run) => run.violations.length > 0)
    .flatMap((run) => [
      `  ${run.run} (${run.hardships.join('; ') || 'an easy world'}):`,
      ...run.violations.map((one) => `    ${one}`),
    ]);
  const all = [
    ...found,
    ...[...beside, ...missed.map((blow) => `it never came: ${blow}`)].map((one) => `  ${one}`),
  ];
  if (all.length === 0) return [];
  return [...all, `  again: ${command}`, ...(kept === undefined ? [] : [`  logs and histories: ${kept}`])];
}

/** A batch for people: one line, and what is wrong. */
export function linesOf(report: BatchReport): string[] {
  const { seed, seconds, workerKind, struck, workers, runs } = report;
  const outcomes = runs.flatMap((run) => run.outcomes);
  const counted = [...new Set(outcomes)].map(
    (name) => `${outcomes.filter((one) => one === name).length} ${name}`,
  );
  const missed = missedOf(report).length;
  return [
    `seed ${seed}: ${runs.length} runs in ${seconds.toFixed(0)} s, ${workers} workers (${workerKind}): ${struck.join(', ') || 'no blow'}${missed === 0 ? '' : ` (${missed} not reached)`}; ${counted.join(', ')}`,
    ...problemsOf(report),
  ];
}
