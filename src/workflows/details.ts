import { formatDuration } from '../rollout/duration.ts';
import { unfinished } from '../rollout/lock/unfinished.ts';
import type { LockView } from '../rollout/lock/view.ts';
import type { DeployStatus } from './status.ts';

/** Markdown for Temporal UI's current details of a deploy: understood in five seconds, what can be done at the top. */
export function deployDetails(status: DeployStatus, now: number): string {
  const { tenants, stragglers, halted, asked, inFlight } = status;
  const lines = [`### ${halted === undefined ? status.phase : 'HALTED'} · ${cell(status.tag)}`, ''];
  lines.push(cell(status.detail));
  if (halted !== undefined && status.phase !== 'halted')
    lines.push('', `Halted by ${cell(halted.actor)}: ${cell(halted.reason)}`);
  if (asked !== undefined)
    lines.push('', `${cell(asked.actor)} said \`${asked.name}\`: ${cell(asked.reason)}`);
  lines.push('', '| | |', '|---|---|');
  if (status.next.length > 0)
    lines.push(`| **you can** | ${status.next.map((name) => `\`${name}\``).join(' ')} |`);
  if (inFlight !== null)
    lines.push(
      `| with the worker | wave ${inFlight.wave}: ${inFlight.slugs.slice(0, 5).map(cell).join(', ')} |`,
    );
  lines.push(`| since | ${at(status.phaseSince)} |`);
  if (tenants.total > 0)
    lines.push(
      `| wave | ${status.wave} of about ${status.waves} |`,
      `| tenants on the release | ${tenants.onRelease.count} of ${tenants.total} (${status.alreadyOnTarget} needed no call) |`,
      `| on what they ran before, unknown | ${tenants.onFormer.count}, ${tenants.unknown.count} |`,
    );
  if (status.soakUntil !== undefined)
    lines.push(`| soak ends | ${at(status.soakUntil)} (${formatDuration(status.soakUntil - now)}) |`);
  if (stragglers.length > 0)
    lines.push(
      `| stragglers | ${stragglers
        .slice(0, 10)
        .map((one) => `${cell(one.slug)} (${one.state})`)
        .join(', ')} |`,
    );
  if (status.epoch !== undefined) lines.push(`| epoch | ${status.epoch} |`);
  for (const warning of status.warnings.slice(0, 5)) lines.push('', `> ${cell(warning)}`);
  return lines.join('\n');
}

/** Markdown for the lock: who holds the fleet, who waits and why. */
export function lockDetails(view: LockView): string {
  const { holder, pin, freeze } = view;
  const lines = [
    holder === undefined
      ? '### free'
      : `### ${cell(holder.tag)} holds the fleet since ${at(holder.grantedAt)} (epoch ${holder.epoch}, ${cell(holder.actor)})${holder.haltedAt === undefined ? '' : `, HALTED since ${at(holder.haltedAt)}`}`,
  ];
  const between = unfinished(view);
  if (between !== undefined) {
    const { entry, left, next } = between;
    lines.push(
      '',
      `**Unfinished**: ${cell(entry.tag)} ended ${entry.outcome} at ${at(entry.endedAt)}, and ${left}.`,
      `To finish it: ${cell(next[0])}. To take it back: ${cell(next[1])}.`,
    );
  }
  if (pin !== undefined)
    lines.push('', `Pinned to ${cell(pin.tag)} by ${cell(pin.actor)}: ${cell(pin.reason)}`);
  if (freeze !== undefined)
    lines.push(
      '',
      `Frozen by ${cell(freeze.actor)}: ${cell(freeze.reason)}${freeze.until === undefined ? '' : `, until ${at(freeze.until)}`}`,
    );
  if (view.queue.length > 0) {
    lines.push('', `${view.waiting} waiting`, '', '| | release | why | expected |', '|---|---|---|---|');
    for (const entry of view.queue)
      lines.push(
        `| ${entry.position} | ${cell(entry.tag)}${entry.urgent ? ' urgent' : ''} | ${cell(entry.why)} | ${entry.expectedAt === undefined ? `${cell(entry.noEstimate ?? '')}, no estimate` : at(entry.expectedAt)} |`,
      );
  }
  return lines.join('\n');
}

function at(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Text for a markdown cell: no pipe, no line end, no markup. */
function cell(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/[|`<>*_[\]\\]/g, (mark) => `\\${mark}`);
}
