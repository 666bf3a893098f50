import { forCiLog } from '../../safety/neutralise.ts';
import type { Finding } from '../finding.ts';
import type { LintResult } from '../index.ts';
import { lineText } from '../source/file.ts';
import { summaryOf } from './summary.ts';

/** For people: each finding with its line, a caret, the reason and the remedy; ends with a newline. */
export function textReport(result: LintResult): string {
  const parts: string[] = [];
  for (const { file, line, column, reason } of result.unreadable) {
    const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
    parts.push(`${forCiLog(place)}: error: ${forCiLog(reason)}\n`);
  }
  for (const finding of result.findings) parts.push(findingText(finding, result));
  if (result.notice !== undefined) parts.push(`${forCiLog(result.notice)}\n`);
  else parts.push(`${summaryOf(result)}\n`);
  return parts.join('\n');
}

function findingText(finding: Finding, result: LintResult): string {
  const { file, line, column, severity, message, rule } = finding;
  const lines = [`${forCiLog(file)}:${line}:${column}: ${severity}: ${forCiLog(message)} [${rule}]`];
  const source = result.sources.get(file);
  if (source !== undefined) lines.push(...excerpt(lineText(source, line), finding));
  for (const related of finding.related) {
    lines.push(
      `  see ${forCiLog(related.file)}:${related.line}:${related.column}: ${forCiLog(related.message)}`,
    );
  }
  lines.push(`  why: ${forCiLog(finding.why)}`, `  fix: ${forCiLog(finding.fix)}`);
  return `${lines.join('\n')}\n`;
}

/** The line of a finding and a caret under its range. */
function excerpt(text: string, { line, column, endLine, endColumn }: Finding): string[] {
  const shown = printable(text);
  const number = String(line).padStart(5);
  const last = endLine > line ? text.length + 1 : endColumn;
  const width = Math.max(1, Math.min(last, text.length + 1) - column);
  return [`${number} | ${shown}`, `${' '.repeat(5)} | ${' '.repeat(column - 1)}^${'~'.repeat(width - 1)}`];
}

/** The same number of characters, none of which a terminal or a runner acts upon. */
function printable(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, (character) =>
      character === '\t' ? ' ' : '\uFFFD'.repeat(character.length),
    )
    .replace(/##(?=\w*\[)/g, '#\uFFFD');
}
