import { formatDuration } from '../rollout/duration.ts';
import type { Gate } from '../rollout/gates.ts';
import type { Outcome } from '../rollout/outcome.ts';
import { forMarkdown } from '../safety/neutralise.ts';
import type { AuditEntry, DeployResult, DeployStatus } from '../workflows/status.ts';
import { isGreen, milestones } from './milestones.ts';
import { COMMAND_MEANINGS, kindOf, releaseOf, workflowUrl } from './words.ts';

export interface SummaryInput {
  readonly status: DeployStatus | undefined;
  /** Gates as the last look found them. */
  readonly gates: readonly Gate[];
  readonly result: DeployResult | undefined;
  readonly uiUrl: string | undefined;
  readonly namespace: string;
  /** ms since the epoch */
  readonly now: number;
}

const MARKS: Readonly<Record<Outcome, string>> = {
  deployed: '✅',
  superseded: '⏭️',
  disabled: '⏸️',
  dry_run: '🔍',
  halted: '🛑',
  rolled_back: '↩️',
  failed: '❌',
};

const MOST_NAMES = 100;

/** How a refused gate stands in the reason of a deploy that it ended. */
const REFUSALS = ['failure', 'error', 'cancelled', 'skipped'] as const;

/** The summary of a CI step in markdown; undefined when nothing is known of the deploy. */
export function summaryOf(input: SummaryInput): string | undefined {
  const { status, result } = input;
  const known = result ?? status;
  if (known === undefined) return undefined;
  const lines = [...head(input), '', ...facts(input)];
  const astray = stragglers(input);
  if (astray.length > 0)
    lines.push('', '### Tenants that are not on the release', '', ...table(['tenant', 'state'], astray));
  if (result === undefined && status?.phase === 'halted')
    lines.push('', '### What you can do', '', ...status.next.map((name) => choice(name)));
  const gates = gateRows(input);
  if (gates.length > 0) lines.push('', '### Gates', '', ...table(['context', 'state'], gates));
  const times = steps(input);
  if (times.length > 0) lines.push('', '### Times', '', ...table(['step', 'took'], times));
  const warnings = known.warnings.filter((warning) => !warning.startsWith('straggler '));
  if (warnings.length > 0)
    lines.push('', '### Warnings', '', ...warnings.map((one) => `- ${forMarkdown(one)}`));
  return lines.join('\n');
}

function head({ result, status, now }: SummaryInput): string[] {
  if (result !== undefined)
    return [
      `## ${MARKS[result.outcome]} ${result.outcome.replace('_', ' ')}: ${forMarkdown(releaseOf(result))} on ${forMarkdown(result.fleet)}`,
      '',
      forMarkdown(result.reason),
    ];
  const running = status as DeployStatus;
  const title = `${forMarkdown(releaseOf(running))} on ${forMarkdown(running.fleet)}`;
  // A step ends with 3 as soon as a halt is asked for, also while the call that is out is waited for.
  if (running.phase === 'halted' || running.halted !== undefined)
    return [
      `## 🛑 HALTED: ${title}`,
      '',
      `${forMarkdown(running.halted?.actor ?? 'somebody')}: ${forMarkdown(running.halted?.reason ?? '')}`,
    ];
  return [
    `## ⏳ goes on: ${title}`,
    '',
    `This step stopped watching after ${formatDuration(now - running.startedAt)}; the deploy runs on in Temporal: ${forMarkdown(running.detail)}`,
  ];
}

function facts({ result, status, uiUrl, namespace }: SummaryInput): string[] {
  const known = (result ?? status) as DeployResult | DeployStatus;
  const rows: [string, string][] = [
    ['release', `\`${forMarkdown(releaseOf(known))}\` (\`${forMarkdown(known.sha)}\`)`],
    ['kind', `${kindOf(known)}${result === undefined ? '' : `, by ${forMarkdown(result.actor)}`}`],
  ];
  if (result !== undefined) {
    const { tenants, waves, startedAt, finishedAt, supersededBy } = result;
    rows.push(
      [
        'tenants',
        tenants.back === undefined
          ? `${tenants.onTarget} of ${tenants.total} on the release; ${tenants.alreadyOnTarget} of them needed no call`
          : `${tenants.back} back on what they ran before; ${tenants.onTarget} of ${tenants.total} on the release`,
      ],
      ['waves', String(waves)],
      [
        'time',
        `${second(startedAt)} to ${second(finishedAt)} (${formatDuration(Date.parse(finishedAt) - Date.parse(startedAt))})`,
      ],
    );
    if (tenants.gone.length > 0) rows.push(['gone meanwhile', names(tenants.gone)]);
    if (supersededBy !== undefined) rows.push(['superseded by', `\`${forMarkdown(supersededBy)}\``]);
  } else if (status !== undefined) {
    const { tenants, wave, waves } = status;
    rows.push(
      [
        'tenants',
        `${tenants.onRelease.count} of ${tenants.total} on the release, ${tenants.onFormer.count} on what they ran before, ${tenants.unknown.count} unknown`,
      ],
      ['waves', `${wave} of about ${waves}`],
    );
  }
  const url = workflowUrl(uiUrl, namespace, known.workflowId, known.runId);
  const id = forMarkdown(known.workflowId);
  rows.push(['workflow', url === undefined ? `\`${id}\`` : `[${id}](${url})`]);
  return table(['', ''], rows);
}

function stragglers({ result, status }: SummaryInput): [string, string][] {
  const rows: [string, string][] =
    result === undefined
      ? (status?.stragglers ?? []).map(({ slug, state }) => [slug, state])
      : (['stale', 'unreachable', 'unhealthy', 'missing'] as const).flatMap((state) =>
          result.tenants[state].map((slug): [string, string] => [
            slug,
            result.tenants.quarantined.includes(slug) ? `${state}, quarantined` : state,
          ]),
        );
  const shown = rows
    .slice(0, MOST_NAMES)
    .map(([slug, state]): [string, string] => [forMarkdown(slug), state]);
  return rows.length > shown.length ? [...shown, [`and ${rows.length - shown.length} more`, '']] : shown;
}

/** Gates at the end. Once a deploy is past them every required one was green: nothing else lets it pass. */
function gateRows({ status, result, gates }: SummaryInput): [string, string][] {
  const known = result ?? status;
  if (known === undefined || known.kind !== 'auto') return [];
  const passed = known.audit.some(isGreen);
  const contexts = status?.required ?? gates.map((gate) => gate.context);
  return contexts.map((context) => {
    const last = gates.find((gate) => gate.context === context);
    const refused = REFUSALS.some((word) => result?.reason.includes(`${context} (${word}`) === true);
    const state = passed ? '✅ success' : refused ? '❌ refused' : `⏳ ${last?.reported ?? 'not seen'}`;
    return [forMarkdown(context), last?.state === 'green' ? '✅ success' : state];
  });
}

function steps({ result, status, now }: SummaryInput): [string, string][] {
  const started = result === undefined ? (status?.startedAt ?? now) : Date.parse(result.startedAt);
  const ended = result === undefined ? undefined : Date.parse(result.finishedAt);
  const audit: readonly AuditEntry[] = (result ?? status)?.audit ?? [];
  return milestones(audit, started, ended).map(({ step, from, to }) => [step, formatDuration(to - from)]);
}

function choice(name: DeployStatus['next'][number]): string {
  return `- \`greenlane ${name} --reason "…"\`: ${COMMAND_MEANINGS[name]}`;
}

/** `2026-03-01 02:14:05Z` */
function second(time: string): string {
  return time.replace('T', ' ').replace(/\.\d+Z$/, 'Z');
}

function names(slugs: readonly string[]): string {
  const shown = slugs.slice(0, MOST_NAMES).map(forMarkdown).join(', ');
  return slugs.length > MOST_NAMES ? `${shown} and ${slugs.length - MOST_NAMES} more` : shown;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [
    `| ${header.join(' | ')} |`,
    `|${header.map(() => '---').join('|')}|`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ];
}
