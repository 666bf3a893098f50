import { forTerminal } from '../../safety/neutralise.ts';
import type { LintResult } from '../index.ts';
import { summaryOf } from './summary.ts';

/** Workflow commands, which GitHub shows at the line and other runners show in the log; ends with a newline. */
export function githubReport(result: LintResult): string {
  const lines = result.unreadable.map(({ file, line, column, reason }) =>
    command('error', { file, line, col: column, title: 'unreadable' }, reason),
  );
  for (const {
    severity,
    file,
    line,
    column,
    endLine,
    endColumn,
    rule,
    message,
    why,
    fix,
  } of result.findings) {
    lines.push(
      command(
        severity,
        { file, line, endLine, col: column, endColumn, title: rule },
        `${message}\n${why}\n${fix}`,
      ),
    );
  }
  lines.push(result.notice === undefined ? summaryOf(result) : command('notice', {}, result.notice));
  return `${lines.join('\n')}\n`;
}

function command(
  name: string,
  properties: Readonly<Record<string, string | number | undefined>>,
  message: string,
): string {
  const known = Object.entries(properties).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${property(String(value))}`],
  );
  return `::${name}${known.length === 0 ? '' : ` ${known.join(',')}`}::${data(message)}`;
}

/** Line breaks of our own survive as `%0A`; nothing else in a text can end the command. */
function data(text: string): string {
  return text
    .split('\n')
    .map((line) => forTerminal(line).replaceAll('%', '%25'))
    .join('%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
