import { formatDuration } from '../rollout/duration.ts';
import type { Gate } from '../rollout/gates.ts';
import { forTerminal } from '../safety/neutralise.ts';
import type { DeployResult, DeployStatus } from '../workflows/status.ts';
import { approvalLines, gateLines, haltBox, queueLines, rolloutLines } from './frame-body.ts';
import { stepsLine } from './frame-steps.ts';
import type { Snapshot } from './snapshot.ts';
import { fit, spread, type Style } from './style.ts';
import { kindOf, releaseOf } from './words.ts';

/** What the live view knows at one moment. */
export interface View {
  readonly snapshot?: Snapshot;
  /** The last look at the gates; it stays when a later snapshot has none. */
  readonly gates?: readonly Gate[];
  readonly trouble?: string;
  readonly result?: DeployResult;
  /** The last frame: nothing will move any more. */
  readonly over?: boolean;
}

const MOST_WARNINGS = 3;

/** The screen of a deploy: who, which step, how far, what is wrong, what can be done. `now` in ms since the epoch. */
export function frameOf(view: View, style: Style, now: number): string[] {
  const { snapshot, trouble, over } = view;
  const status = snapshot?.status;
  const { colors } = style;
  const lines = status === undefined ? ['looking at the deploy …'] : deployLines(status, view, style, now);
  if (trouble !== undefined) lines.push('', colors.yellow(`${style.marks.bad} ${forTerminal(trouble)}`));
  if (over !== true && status !== undefined && status.phase !== 'halted')
    lines.push('', colors.dim('Ctrl-C leaves the deploy running. To stop it: greenlane halt --reason "…"'));
  return lines.map((line) => fit(line, style.columns));
}

function deployLines(status: DeployStatus, view: View, style: Style, now: number): string[] {
  const { colors } = style;
  const end = view.result === undefined ? now : Date.parse(view.result.finishedAt);
  const title = `${colors.bold(forTerminal(status.fleet))}  ${colors.bold(forTerminal(releaseOf(status)))}  ${kindOf(status)}`;
  return [
    spread(title, colors.dim(formatDuration(end - status.startedAt)), Math.min(style.columns, 100)),
    stepsLine(status, view, style),
    '',
    ...body(status, view, style, now),
    ...warningLines(status, style),
  ];
}

function body(status: DeployStatus, view: View, style: Style, now: number): string[] {
  const { snapshot, gates, result } = view;
  if (result !== undefined) return rolloutLines(status, style, now, result);
  switch (status.phase) {
    case 'gates':
      return [...gateLines(status, gates, style, now), ...retryLines(snapshot, style)];
    case 'approval':
      return approvalLines(status, style, now);
    case 'queued':
      return [...queueLines(snapshot ?? { running: true }, style, now), ...retryLines(snapshot, style)];
    case 'halted':
      return haltBox(status, style, now);
    case 'starting':
    case 'preflight':
    case 'ended':
      return [forTerminal(status.detail), ...retryLines(snapshot, style)];
    case 'canary':
    case 'waves':
    case 'soak':
    case 'verify':
    case 'rolling_back':
      return [...rolloutLines(status, style, now), ...retryLines(snapshot, style)];
  }
}

function retryLines(snapshot: Snapshot | undefined, { colors }: Style): string[] {
  const retrying = snapshot?.retrying;
  return retrying === undefined
    ? []
    : [
        colors.yellow(
          `trying again (${retrying.activity}, attempt ${retrying.attempt}): ${forTerminal(retrying.why)}`,
        ),
      ];
}

function warningLines(status: DeployStatus, { colors, marks }: Style): string[] {
  const warnings = status.warnings.filter((warning) => !warning.startsWith('straggler '));
  const shown = warnings.slice(-MOST_WARNINGS);
  const more = warnings.length > shown.length ? [`… and ${warnings.length - shown.length} before`] : [];
  return [...shown.map((warning) => `${marks.bad} ${forTerminal(warning)}`), ...more].map(colors.yellow);
}
