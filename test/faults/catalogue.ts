import type { Fault, JournalEntry } from '../../src/simulator/index.ts';

/** A fault of the simulated world, where in a deploy it strikes, and whether it may keep the fleet from the release. */
export interface Hardship {
  readonly name: string;
  /** What the deploy is doing when it is struck. */
  readonly phase: 'gates' | 'preflight' | 'survey' | 'call' | 'proof' | 'end';
  readonly fault: Fault;
  /** The deploy may end `failed` because of this alone. What passes by must not fail a deploy (I-11). */
  readonly mayFail: boolean;
  /** A tenant is left behind: one is quarantined, two fail the deploy. */
  readonly straggler?: string;
}

type Where = Fault['where'];

/** Answers that come and go. Each strikes once or twice, which the retries must bridge. */
function passing(where: Where, phase: Hardship['phase'], more: object = {}): Hardship[] {
  const target = { where, times: 2, ...more };
  const faults: readonly Fault[] = [
    { ...target, kind: 'status', status: 502 },
    { ...target, kind: 'status', status: 503, headers: { 'Retry-After': '1' } },
    { ...target, kind: 'status', status: 429, headers: { 'Retry-After': '1' } },
    { ...target, kind: 'html', status: 502 },
    { ...target, kind: 'drop-before' },
    { ...target, kind: 'drop-after' },
    { ...target, kind: 'slow', ms: 400 },
    // Flapping, until everything is mended.
    { ...target, kind: 'status', status: 502, times: 30, chance: 0.25 },
  ];
  return faults.map((fault) => ({ name: nameOf(fault), phase, fault, mayFail: false }));
}

/** Answers that cannot be understood. */
function garbled(where: Where, phase: Hardship['phase'], mayFail: boolean, more: object = {}): Hardship[] {
  const target = { where, times: 1, ...more };
  const faults: readonly Fault[] = [
    { ...target, kind: 'html' },
    { ...target, kind: 'truncated-json' },
    { ...target, kind: 'truncated-json', cut: true },
    { ...target, kind: 'wrong-json', body: { results: 'none' } },
    { ...target, kind: 'huge' },
    { ...target, kind: 'redirect', to: 'http://127.0.0.1:9/elsewhere' },
    { ...target, kind: 'hang' },
  ];
  return faults.map((fault) => ({ name: nameOf(fault), phase, fault, mayFail }));
}

/** The call does its work, and its caller does not hear of it. */
function unheard(more: object = {}): Hardship[] {
  const target = { where: 'control-plane', dryRun: false, times: 1, effect: true, ...more } as const;
  const faults: readonly Fault[] = [
    { ...target, kind: 'status', status: 504 },
    { ...target, kind: 'html', status: 502 },
    { ...target, kind: 'hang' },
  ];
  return faults.map((fault) => ({ name: `${nameOf(fault)}, done`, phase: 'call', fault, mayFail: true }));
}

/** What can be wrong with one tenant; it may be left behind, and nobody else. */
function tenant(slug: string): Hardship[] {
  const target = { where: 'control-plane', slug, times: 1 } as const;
  const faults: readonly Fault[] = [
    { ...target, kind: 'leave-out' },
    { ...target, kind: 'stale-success' },
    { ...target, kind: 'unhealthy' },
    { ...target, kind: 'reject' },
    { ...target, kind: 'dev-build' },
    { ...target, kind: 'gone' },
    { ...target, kind: 'moved', sha: '9'.repeat(40) },
    // The second is above the budget of a call.
    { ...target, kind: 'slow', ms: 900 },
    { ...target, kind: 'slow', ms: 5_000 },
  ];
  return faults.map((fault) => ({
    name: nameOf(fault),
    phase: 'call',
    fault,
    mayFail: slug === 'hongming',
    straggler: slug,
  }));
}

const refused = (where: Where, phase: Hardship['phase'], status: number, more: object = {}): Hardship => {
  const fault: Fault = { where, kind: 'status', status, times: 1, ...more };
  return { name: nameOf(fault), phase, fault, mayFail: true };
};

/** Every fault of the simulator, in every phase that it can strike. */
export const HARDSHIPS: readonly Hardship[] = [
  ...passing('forge.statuses', 'gates'),
  ...garbled('forge.statuses', 'gates', false),
  ...passing('forge.check-runs', 'gates'),
  ...garbled('forge.check-runs', 'gates', false),
  ...passing('forge.branch', 'preflight'),
  ...garbled('forge.branch', 'preflight', false),
  ...passing('forge.compare', 'preflight'),
  ...garbled('forge.compare', 'preflight', false),
  ...passing('forge.variable', 'preflight'),
  ...passing('forge.variable', 'call', { after: 1 }),
  ...garbled('forge.variable', 'call', false, { after: 1 }),
  ...passing('registry', 'preflight'),
  ...garbled('registry', 'preflight', true),
  ...passing('control-plane', 'survey', { dryRun: true }),
  ...garbled('control-plane', 'survey', true, { dryRun: true }),
  ...passing('control-plane', 'call', { dryRun: false }),
  ...passing('control-plane', 'call', { dryRun: false, after: 1 }),
  ...garbled('control-plane', 'call', true, { dryRun: false }),
  ...garbled('control-plane', 'call', true, { dryRun: false, after: 1 }),
  ...unheard(),
  ...unheard({ after: 1 }),
  refused('control-plane', 'call', 400, { dryRun: false }),
  refused('control-plane', 'call', 403, { dryRun: false, after: 1 }),
  refused('control-plane', 'survey', 401, { dryRun: true }),
  refused('forge.branch', 'preflight', 404),
  refused('forge.compare', 'preflight', 404),
  refused('forge.variable', 'preflight', 401),
  ...passing('tenant', 'proof', { slug: 'tenant-003' }),
  ...garbled('tenant', 'proof', false, { slug: 'tenant-004' }),
  ...tenant('hongming'),
  ...tenant('tenant-002'),
  ...tenant('tenant-005'),
  ...passing('forge.post-status', 'end'),
  ...garbled('forge.post-status', 'end', false),
  ...passing('hook', 'end'),
  ...garbled('hook', 'end', false),
];

/** Whether it has struck by now, as the simulator's journal says. */
export function hasStruck({ fault }: Hardship, journal: Iterable<JournalEntry>): boolean {
  const { where, kind, slug } = fault;
  for (const entry of journal)
    if (
      entry.where === where &&
      entry.fault === kind &&
      (slug === undefined || entry.slugs?.includes(slug) === true)
    )
      return true;
  return false;
}

function nameOf(fault: Fault): string {
  const { where, slug, kind, dryRun, after } = fault;
  const status =
    kind === 'status' || (kind === 'html' && fault.status !== undefined) ? ` ${fault.status}` : '';
  const which = slug === undefined ? '' : slug === 'hongming' ? ' (canary)' : ' (a tenant)';
  const more = `${fault.chance === undefined ? '' : ', flapping'}${after === undefined ? '' : ', later'}`;
  return `${where}${dryRun === true ? ' listing' : ''}${which}: ${kind}${status}${more}`;
}
