import { formatDuration } from '../rollout/duration.ts';
import type { Gate } from '../rollout/gates.ts';
import { forTerminal } from '../safety/neutralise.ts';
import type { DeployResult, DeployStatus } from '../workflows/status.ts';
import type { Snapshot } from './snapshot.ts';
import { bar, box, fit, hang, insideBox, type Style } from './style.ts';
import { COMMAND_MEANINGS, expectation, flight, holding, named, placeOf } from './words.ts';

/** Lines of the screen that are not gates, so that a long list of gates leaves them visible. */
const OTHER_ROWS = 9;
const MOST_STRAGGLERS = 5;

/** Gates with their states; on a low screen those that are not green yet come first. */
export function gateLines(
  status: DeployStatus,
  gates: readonly Gate[] | undefined,
  style: Style,
  now: number,
): string[] {
  const { colors, marks, rows } = style;
  const since = formatDuration(now - status.phaseSince);
  if (gates === undefined) return [`${forTerminal(status.detail)} (${since} so far)`];
  const waiting = gates.filter((gate) => gate.state !== 'green');
  const most = Math.max(3, rows - OTHER_ROWS);
  const listed =
    gates.length <= most
      ? gates
      : [...waiting, ...gates.filter((gate) => gate.state === 'green')].slice(0, most);
  const line = (gate: Gate): string => {
    const context = forTerminal(gate.context);
    if (gate.state === 'green') return colors.green(`  ${marks.done} ${context}`);
    if (gate.state === 'refused')
      return colors.red(`  ${marks.bad} ${context}: ${gate.reported} ${forTerminal(gate.description)}`);
    return `  ${marks.todo} ${context}${colors.dim(gate.reported === 'missing' ? '  not reported yet' : `  ${gate.reported}`)}`;
  };
  const hidden = gates.length - listed.length;
  return [
    `waiting for ${waiting.length} of ${gates.length} gates for ${since}`,
    ...listed.map(line),
    ...(hidden > 0 ? [colors.dim(`  and ${hidden} more`)] : []),
  ];
}

export function approvalLines(status: DeployStatus, { colors }: Style, now: number): string[] {
  const sha = status.sha.slice(0, 12);
  return [
    colors.bold(`Somebody has to approve this deploy. ${forTerminal(status.detail)}`),
    `waiting for ${formatDuration(now - status.phaseSince)}`,
    `  greenlane approve --sha ${sha} --reason "…"`,
    `  greenlane reject --sha ${sha} --reason "…"`,
  ];
}

/** The place in the queue: why it waits, and when its turn is expected. */
export function queueLines(snapshot: Snapshot, { colors }: Style, now: number): string[] {
  const { status, lock } = snapshot;
  const place = placeOf(snapshot);
  const since = formatDuration(now - (status?.phaseSince ?? now));
  if (place === undefined || lock === undefined) return [`waiting for the fleet for ${since}`];
  const { holder } = lock;
  return [
    `${colors.bold(`position ${place.position} of ${lock.waiting}`)} in the queue for ${since}`,
    `  why       ${forTerminal(place.why)}`,
    `  expected  ${expectation(place, now)}`,
    ...(holder === undefined
      ? []
      : [
          `  holder    ${forTerminal(holder.tag)}, ${forTerminal(holder.actor)}, for ${formatDuration(now - holder.grantedAt)}`,
        ]),
  ];
}

/** How far the rollout is: bar, tenants by state, the call that is out, the soak, stragglers. */
export function rolloutLines(
  status: DeployStatus,
  style: Style,
  now: number,
  result?: DeployResult,
): string[] {
  const { colors, marks, columns } = style;
  const { tenants, stragglers, wave, waves } = status;
  const on = result?.tenants.onTarget ?? tenants.onRelease.count;
  const total = result?.tenants.total ?? tenants.total;
  const back = result?.tenants.back;
  const count = `${on} of ${total} tenants${back === undefined ? '' : ` on the release, ${back} back on what they ran before`}`;
  const length = Math.max(5, Math.min(50, columns - count.length - 4));
  const lines = [`${bar(on, total, length, style)}  ${count}`];
  if (result === undefined) {
    const sides = [
      colors.green(`${on} on the release`),
      `${tenants.onFormer.count} on what they ran before`,
      ...(tenants.unknown.count > 0 ? [colors.yellow(`${tenants.unknown.count} unknown`)] : []),
    ];
    lines.push(
      sides.join(` ${marks.dot} `),
      `${wave} of about ${waves} waves done`,
      doing(status, style, now),
    );
  }
  for (const { slug, state } of stragglers.slice(0, MOST_STRAGGLERS))
    lines.push(colors.red(`  ${marks.bad} straggler ${forTerminal(slug)}: ${state}`));
  if (stragglers.length > MOST_STRAGGLERS)
    lines.push(colors.red(`  and ${stragglers.length - MOST_STRAGGLERS} more stragglers`));
  return lines;
}

function doing(status: DeployStatus, { colors }: Style, now: number): string {
  const { phase, soakUntil, wave, detail } = status;
  if (phase === 'soak' && soakUntil !== undefined)
    return `soak before wave ${wave}: ${colors.bold(formatDuration(soakUntil - now))} left  ${colors.dim('greenlane skip-soak --reason "…"')}`;
  return `${forTerminal(detail)}${flight(status, now)}`;
}

/** A halted deploy: who and why, what is where, what is still out, and each thing that can be done. */
export function haltBox(status: DeployStatus, style: Style, now: number): string[] {
  const { colors } = style;
  const { halted, tenants, next, inFlight } = status;
  const inner = insideBox(style);
  const width = Math.max(0, ...next.map((name) => name.length));
  const lines = [
    colors.bold(forTerminal(halted?.reason ?? 'no reason is known')),
    '',
    ...hang('on the release         ', named(tenants.onRelease, 4), inner),
    ...hang('on what they ran before', named(tenants.onFormer, 4), inner),
    ...hang('unknown                ', named(tenants.unknown, 4), inner),
    inFlight === null
      ? `No call is out, and none will start. ${holding(status)}.`
      : `Wave ${inFlight.wave} is still out and waited for; no other call will start.`,
    '',
    ...next.flatMap((name) =>
      hang(
        `greenlane ${colors.bold(name.padEnd(width))} --reason "…"`,
        colors.dim(COMMAND_MEANINGS[name]),
        inner,
      ),
    ),
  ];
  const since = halted === undefined ? '' : ` ${formatDuration(now - halted.at)} ago`;
  const title = fit(`HALTED by ${forTerminal(halted?.actor ?? 'somebody')}${since}`, style.columns - 8);
  return box(title, lines, style, colors.red);
}
