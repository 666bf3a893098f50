import { connect, type TemporalAccess } from '../client/connect.ts';
import { resultOf } from '../client/deploys.ts';
import { earlyOnes, runningDeploys, type EarlyDeploy } from '../client/early.ts';
import { lostDeploy } from '../client/ended.ts';
import { askLock } from '../client/lane.ts';
import { expectation, haltedLines, placeLine, placeOf, reached } from '../progress/words.ts';
import { clean, say } from '../progress/say.ts';
import { takeSnapshot } from '../progress/snapshot.ts';
import { formatDuration } from '../rollout/duration.ts';
import { unfinished } from '../rollout/lock/unfinished.ts';
import type { LockView } from '../rollout/lock/view.ts';
import { loadFleet, type CommandContext, type GlobalOptions } from './context.ts';
import { afterwards, findBySha } from './steer.ts';
import { fitted } from './table.ts';

export interface StatusOptions extends GlobalOptions {
  readonly sha?: string;
}

/** Below this many columns a table shows what matters most. */
const NARROW = 130;

/** What runs on the fleet, who holds it, who waits and why; or all there is to say of one deploy. */
export async function run(
  what: 'status' | 'queue' | 'history',
  options: StatusOptions,
  context: CommandContext,
): Promise<number> {
  const { fleet } = loadFleet(options, context);
  const access = await connect(context.env);
  try {
    if (options.sha !== undefined)
      return await deployStatus(access, fleet.name, options.sha, options, context);
    const view = await askLock(access, fleet.name);
    const early = what === 'status' ? await earlyDeploys(access, view) : [];
    const columns = context.terminal?.columns;
    if (options.json === true)
      context.stdout(
        `${JSON.stringify(what === 'history' ? view.ledger : what === 'status' ? { ...view, early } : view)}\n`,
      );
    else {
      const text =
        what === 'history' ? historyText(view, columns) : overview(view, what === 'status', early, columns);
      context.stdout(`${clean(context, text)}\n`);
    }
    return 0;
  } finally {
    await access.close();
  }
}

/** What runs and is not in the queue yet; a list that Temporal does not give now keeps nothing else from being said. */
async function earlyDeploys(access: TemporalAccess, view: LockView): Promise<readonly EarlyDeploy[]> {
  try {
    return earlyOnes(await runningDeploys(access, view.fleet, view.waiting + 100), view);
  } catch {
    return [];
  }
}

async function deployStatus(
  access: TemporalAccess,
  fleet: string,
  sha: string,
  options: StatusOptions,
  context: CommandContext,
): Promise<number> {
  const workflowId = await findBySha(access, fleet, sha);
  const snapshot = await takeSnapshot(access, workflowId, fleet);
  const result = snapshot.running ? undefined : await resultOf(access, workflowId);
  const lost = snapshot.running || result !== undefined ? undefined : await lostDeploy(access, workflowId);
  const place = placeOf(snapshot);
  if (options.json === true) {
    const shown = lost === undefined ? snapshot.status : { workflowId, ...lost.status, lost: lost.as };
    context.stdout(
      `${JSON.stringify(result ?? { ...shown, place, gates: snapshot.gates, silent: snapshot.silent })}\n`,
    );
    return 0;
  }
  const { status } = snapshot;
  const lines = [workflowId];
  if (result !== undefined)
    lines.push(
      `${result.outcome}: ${result.reason}`,
      `from ${result.startedAt} to ${result.finishedAt}, ${result.waves} waves`,
    );
  else if (lost !== undefined) lines.push(lost.text);
  if (status !== undefined)
    lines.push(
      `${status.phase} for ${formatDuration(Date.now() - status.phaseSince)}: ${status.detail}`,
      ...(status.tenants.total === 0
        ? []
        : [
            `wave ${status.wave} of about ${status.waves}; ${status.tenants.onRelease.count} of ${status.tenants.total} tenants on ${status.tag}`,
          ]),
    );
  if (result !== undefined) lines.push(`you can: ${afterwards(workflowId, result)}`);
  if (place !== undefined) lines.push(placeLine(place, Date.now()));
  if (status?.halted !== undefined && status.asked === undefined) lines.push(...haltedLines(status));
  else if (status?.asked !== undefined)
    lines.push(
      `${status.asked.actor} said ${status.asked.name} (${status.asked.reason}): it is carried out as soon as no call is out`,
    );
  else if (status !== undefined && result === undefined)
    lines.push(`you can: ${status.next.join(', ') || 'nothing'}`);
  if (snapshot.silent !== undefined) lines.push(snapshot.silent);
  for (const gate of snapshot.gates ?? []) lines.push(`  ${gate.state} ${gate.context} (${gate.reported})`);
  for (const entry of (result ?? status ?? lost?.status)?.audit ?? [])
    lines.push(`  ${new Date(entry.at).toISOString()} ${entry.actor}: ${entry.what}`);
  for (const line of lines) say(context, options, line);
  return 0;
}

function overview(
  view: LockView,
  withLedger: boolean,
  early: readonly EarlyDeploy[],
  columns?: number,
): string {
  const { holder, pin, freeze, queue } = view;
  const lines = [
    ...(view.starting === true
      ? ['the lock has just begun and looks for the one before it: ask again in a moment']
      : []),
    holder === undefined
      ? `${view.fleet}: free`
      : `${view.fleet}: ${holder.tag} holds the fleet since ${time(holder.grantedAt)} (${formatDuration(Date.now() - holder.grantedAt)}, epoch ${holder.epoch}, ${holder.actor})${holder.haltedAt === undefined ? '' : `, HALTED since ${time(holder.haltedAt)}`}`,
    ...unfinishedLines(view),
    view.lastKnownGood === undefined
      ? 'last known good: none yet'
      : `last known good: ${view.lastKnownGood.tag}, verified ${time(view.lastKnownGood.at)}`,
  ];
  if (pin !== undefined)
    lines.push(
      `PINNED to ${pin.tag} by ${pin.actor} since ${time(pin.at)}: ${pin.reason} (greenlane unpin --reason R)`,
    );
  if (freeze !== undefined)
    lines.push(
      `FROZEN by ${freeze.actor}${freeze.until === undefined ? '' : ` until ${time(freeze.until)}`}: ${freeze.reason} (greenlane unfreeze --reason R)`,
    );
  if (queue.length === 0) lines.push('nobody waits');
  else {
    const narrow = columns !== undefined && columns < NARROW;
    const rows = queue.slice(0, 50).map((entry) => {
      const { position, tag, kind, urgent, readyAt, why, expectedAt } = entry;
      const now = Date.now();
      const expected =
        expectedAt === undefined || expectedAt <= now ? expectation(entry, now) : time(expectedAt);
      return narrow
        ? [`${position}`, tag, expected, why]
        : [`${position}`, tag, `${kind}${urgent ? ', urgent' : ''}`, time(readyAt), expected, why];
    });
    const head = narrow
      ? ['', 'release', 'expected', 'why']
      : ['', 'release', 'kind', 'waits since', 'expected', 'why'];
    lines.push(fitted(head, rows, columns));
    if (view.waiting > 50) lines.push(`and ${view.waiting - 50} more`);
  }
  for (const { workflowId, startedAt, phase } of early)
    lines.push(
      `not in the queue yet: ${workflowId}${phase === undefined ? '' : `, in phase ${phase}`}, since ${time(startedAt)}`,
    );
  if (withLedger && view.ledger.length > 0)
    lines.push('', historyText({ ...view, ledger: view.ledger.slice(0, 5) }, columns));
  for (const odd of view.oddities.slice(0, 5)) lines.push(`noticed ${time(odd.at)}: ${odd.what}`);
  return lines.join('\n');
}

/** A fleet that nobody holds may still be half old and half new. */
function unfinishedLines(view: LockView): string[] {
  const between = unfinished(view);
  if (between === undefined) return [];
  const { entry, left, next } = between;
  return [
    `UNFINISHED: ${entry.tag} ended ${entry.outcome} at ${time(entry.endedAt)}, and ${left}`,
    `  to finish it: ${next[0]}`,
    `  to take it back: ${next[1]}`,
  ];
}

function historyText(view: LockView, columns?: number): string {
  if (view.ledger.length === 0) return `${view.fleet}: no release has had the fleet yet`;
  const narrow = columns !== undefined && columns < NARROW;
  const head = narrow
    ? ['ended', 'release', 'outcome', 'reason']
    : ['ended', 'release', 'kind', 'outcome', 'took', 'tenants', 'by', 'reason'];
  const rows = view.ledger.map((entry) => {
    const { tag, kind, outcome, endedAt, grantedAt, actor, reason } = entry;
    if (narrow) return [time(endedAt), tag, outcome, reason];
    const took = formatDuration(endedAt - grantedAt);
    return [time(endedAt), tag, kind, outcome, took, reached(entry), actor, reason];
  });
  return fitted(head, rows, columns);
}

function time(at: number): string {
  return new Date(at)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');
}
