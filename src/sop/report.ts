import { forCiLog, oneLine } from '../safety/neutralise.ts';
import { passes, type SopReport } from './check.ts';

/** For people: a line per question, per area, per finding; ends with a newline. */
export function sopText(report: SopReport): string {
  const lines: string[] = [];
  if (report.pullRequest !== undefined && report.touched.length === 0) {
    return `Pull request ${report.pullRequest} touches no production CI/CD: nothing to show.\n`;
  }
  if (report.touched.length > 0)
    lines.push(
      `Touches production CI/CD: ${report.touched
        .slice(0, 5)
        .map((file) => forCiLog(file))
        .join(', ')}${report.touched.length > 5 ? ` and ${report.touched.length - 5} more` : ''}`,
      '',
    );
  lines.push('Evidence');
  for (const { topic, ok, message } of report.evidence) lines.push(row(ok, `${topic}: ${message}`));
  if (report.reviews !== undefined) {
    lines.push('', 'Review');
    for (const { ok, message } of report.reviews.areas) lines.push(row(ok, message));
    for (const user of report.reviews.blocking) lines.push(row(false, `${user} asks for changes`));
  }
  if (report.findings.length > 0) lines.push('', 'Findings');
  for (const { id, user, text, closed, message } of report.findings)
    lines.push(row(closed, `${id ?? 'unnamed'} of ${user}, "${text}": ${message}`));
  lines.push('', summary(report));
  return `${lines.join('\n')}\n`;
}

function row(ok: boolean, text: string): string {
  return `  ${ok ? 'ok     ' : 'missing'}  ${forCiLog(text)}`;
}

/** One line: what is missing, by name; also the description of the commit status. */
export function summary(report: SopReport): string {
  if (report.pullRequest !== undefined && report.touched.length === 0)
    return 'No production CI/CD is touched';
  if (passes(report)) return 'The SOP is met';
  const topics = report.evidence.filter(({ ok }) => !ok).map(({ topic }) => topic);
  const areas = report.reviews?.areas.filter(({ ok }) => !ok).map(({ area }) => area) ?? [];
  const open = report.findings.filter(({ closed }) => !closed).length;
  const parts = [
    ...(topics.length === 0 ? [] : [`evidence: ${topics.join(', ')}`]),
    ...(areas.length === 0 ? [] : [`approval: ${areas.join(', ')}`]),
    ...((report.reviews?.blocking.length ?? 0) === 0 ? [] : ['changes are asked for']),
    ...(open === 0 ? [] : [`${open} open finding${open === 1 ? '' : 's'}`]),
  ];
  return oneLine(`Missing: ${parts.join('; ')}`, 140);
}

/** For programs; ends with a newline. */
export function sopJson(report: SopReport): string {
  return `${JSON.stringify({ passes: passes(report), summary: summary(report), ...report }, null, 2)}\n`;
}
