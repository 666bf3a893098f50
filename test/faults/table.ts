import { ALL_TARGETS, DATABASE_KILLS, describeBlow, type Blow, type Target } from './blows.ts';
import { HARDSHIPS, type Hardship } from './catalogue.ts';
import { missedOf, problemsOf, type BatchReport } from './harness.ts';
import { planBatch, type BatchPlan, type RunPlan } from './plan.ts';

/** What a row of the table says: fault, phase, how often, what was lost. */
type Row = readonly [fault: string, phase: string, count: string, lost: string];

/** A batch that ran, and what had been planned for it. */
interface Lived {
  readonly report: BatchReport;
  readonly plan: BatchPlan;
  readonly struck: readonly Target[];
  /** Points that never came. */
  readonly missed: readonly Target[];
}

const BLOWS: Readonly<Record<Blow['what'], string>> = {
  kill: '`kill -9` of the worker',
  freeze: 'SIGSTOP of the worker, SIGCONT when its attempt is somebody else’s',
  stop: 'SIGTERM of the worker',
  clock: 'clock of the worker set by an hour',
  server: '`kill -9` of the Temporal server',
  database: '`kill -9` of PostgreSQL',
};
const WORKERS: Readonly<Record<BatchPlan['workers'], string>> = {
  plain: 'nothing odd about the workers',
  'full-disk':
    'workers without room or right to write anywhere (output to `/dev/full`, home and temporary directory read-only)',
  'two-builds': 'two builds of the worker at once, the current one changed meanwhile',
  'clock-ahead': 'workers whose clock is an hour ahead',
  'clock-behind': 'workers whose clock is an hour behind',
};
const PHASES: readonly Hardship['phase'][] = ['gates', 'preflight', 'survey', 'call', 'proof', 'end'];
const MOST_NAMED = 12;

/** The table of what ran, in Markdown: fault, phase, how often it struck, what was lost. */
export function tableOf(reports: readonly BatchReport[]): string {
  const lived = reports.map((report): Lived => {
    const plan = report.plan ?? planBatch(report.seed, report.runs.length, isCluster(report));
    return {
      report,
      plan,
      struck: report.struck.flatMap(targetOf),
      missed: missedOf(report).flatMap(targetOf),
    };
  });
  const wrong = reports.flatMap(problemsOf);
  return [
    `${summaryOf(reports)}.`,
    '',
    ...inMarkdown([...blowRows(lived), ...workerRows(lived), ...worldRows(lived), ...peopleRows(lived)]),
    ...(wrong.length === 0 ? [] : ['', 'What was lost:', '', ...wrong]),
  ].join('\n');
}

function summaryOf(reports: readonly BatchReport[]): string {
  const runs = reports.flatMap((report) => report.runs);
  const outcomes = runs.flatMap((run) => run.outcomes);
  const counted = [...new Set(outcomes)]
    .sort()
    .map((name) => `${outcomes.filter((one) => one === name).length} ${name}`);
  const workers = reports.reduce((sum, report) => sum + report.workers, 0);
  const seeds = reports.map(({ seed }) => seed).sort((a, b) => a - b);
  return `${runs.length} runs with ${outcomes.length} deploys (${counted.join(', ')}), ${workers} workers, seeds ${inRanges(seeds)}`;
}

/** Each kind of blow, with the points of the catalogue that it struck at. */
function blowRows(lived: readonly Lived[]): Row[] {
  const cluster = lived.some(({ report }) => isCluster(report));
  const targets = ALL_TARGETS.filter((one) => cluster || !DATABASE_KILLS.includes(one));
  return (Object.keys(BLOWS) as Blow['what'][]).flatMap((what): Row[] => {
    const points = new Set(targets.flatMap((one) => (one[0] === what ? pointOf(one) : [])));
    const struck = lived.flatMap((one) => one.struck.filter((target) => target[0] === what));
    const missed = lived.flatMap((one) => one.missed.filter((target) => target[0] === what)).length;
    // What nobody planned: a cluster is there for what keeps the state, and other runs are about faults of the world.
    if (struck.length + missed === 0) return [];
    const reached = new Set(struck.map(pointOf));
    const left = [...points].filter((point) => !reached.has(point));
    const named = left.length <= MOST_NAMED ? `: not ${left.join(', ')}` : '';
    const where = `${points.size - left.length} of ${points.size} points${left.length === 0 ? '' : named}`;
    const hit = lived.filter((one) => one.struck.some((target) => target[0] === what));
    const times = `${struck.length} times${missed === 0 ? '' : `; ${missed} more never came`}`;
    return [[BLOWS[what], where, times, lostIn(hit.map(({ report }) => report))]];
  });
}

const pointOf = ([, moment, activity]: Target): string => `${moment} ${activity}`;

/** The point of the catalogue that a line of a report is about. */
function targetOf(line: string): Target[] {
  const found = ALL_TARGETS.find(([what, moment, activity]) => {
    const [done] = describeBlow({ what, moment, activity, skip: 0, delayMs: 0 }).split(` ${moment} `);
    return line.startsWith(`${done} `) && line.endsWith(` ${moment} ${activity}`);
  });
  return found === undefined ? [] : [found];
}

function workerRows(lived: readonly Lived[]): Row[] {
  return (Object.keys(WORKERS) as BatchPlan['workers'][]).flatMap((kind): Row[] => {
    const reports = lived.flatMap(({ report }) => (report.workerKind === kind ? report : []));
    const runs = reports.reduce((sum, report) => sum + report.runs.length, 0);
    return runs === 0 ? [] : [[WORKERS[kind], 'from the start', `${runs} runs`, lostIn(reports)]];
  });
}

/** The faults of the simulated world by the phase they strike in, alone and in pairs. */
function worldRows(lived: readonly Lived[]): Row[] {
  return PHASES.map((phase): Row => {
    const all = HARDSHIPS.filter((one) => one.phase === phase);
    const hit = lived.flatMap(({ report, plan }) =>
      plan.runs.flatMap(({ hardships }, index) => {
        const run = report.runs[index];
        // What was planned and not seen to strike does not count.
        const met = hardships.filter((one, at) => one.phase === phase && run?.met?.[at] === true);
        return met.length === 0 ? [] : { run, met: met.map(keyOf), alone: hardships.length === 1 };
      }),
    );
    const met = new Set(hit.flatMap((one) => one.met));
    const alone = new Set(hit.flatMap((one) => (one.alone ? one.met : [])));
    const places = [...new Set(all.map(({ fault }) => fault.where))].join(', ');
    const lost = hit.filter(({ run }) => (run?.violations.length ?? 0) > 0).length;
    return [
      `${places}: ${met.size} of ${all.length} faults, ${alone.size} of them alone`,
      phase,
      `${hit.length} runs`,
      lost === 0 ? 'nothing' : `${lost} runs, see below`,
    ];
  });
}

/** A plan that comes from a log is a copy. */
const keyOf = (fault: Hardship): string => JSON.stringify(fault);

function peopleRows(lived: readonly Lived[]): Row[] {
  const row = (fault: string, when: string, does: (run: RunPlan) => boolean): Row[] => {
    const hit = lived.filter(({ plan }) => plan.runs.some(does));
    const runs = hit.flatMap(({ plan }) => plan.runs.filter(does)).length;
    return runs === 0 ? [] : [[fault, when, `${runs} runs`, lostIn(hit.map(({ report }) => report))]];
  };
  return [
    ...row(
      'the CI step killed, and run again',
      '0.3 to 2.8 s after its start',
      (run) => run.cliKilledAtMs !== undefined,
    ),
    ...row(
      'people who halt, resume, abort, roll back, supersede, or turn the kill switch',
      '0.2 to 2.2 s after the start',
      (run) => run.wheel !== undefined,
    ),
  ];
}

function lostIn(reports: readonly BatchReport[]): string {
  const seeds = reports.flatMap((report) => (problemsOf(report).length > 0 ? report.seed : []));
  return seeds.length === 0 ? 'nothing' : `see below: seeds ${inRanges(seeds)}`;
}

function isCluster({ command }: BatchReport): boolean {
  return command.includes('--cluster');
}

function inMarkdown(rows: readonly Row[]): string[] {
  const head: Row = ['fault', 'phase', 'runs', 'lost'];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
}

/** 1, 2, 3, 7 as `1–3, 7`. */
function inRanges(sorted: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const one of sorted) {
    const last = ranges.at(-1);
    if (last !== undefined && one <= last[1] + 1) last[1] = one;
    else ranges.push([one, one]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(', ');
}
