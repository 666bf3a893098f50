import type { LintResult } from '../index.ts';

export function counts({ findings, unreadable, files }: LintResult) {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return { files: files.length, errors, warnings: findings.length - errors, unreadable: unreadable.length };
}

/** One line: how many files, errors and warnings, and what could not be read. */
export function summaryOf(result: LintResult): string {
  const { files, errors, warnings, unreadable } = counts(result);
  const read = `${files} ${files === 1 ? 'file' : 'files'} for ${result.host}`;
  const found =
    errors + warnings === 0 ? 'nothing found' : `${plural(errors, 'error')}, ${plural(warnings, 'warning')}`;
  return `${read}: ${found}${unreadable === 0 ? '' : `; ${unreadable} could not be read`}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Exit code of a lint run (contract): 0 clean or warnings only, 1 an error, 2 a file that could not be read. */
export function exitCodeOf(result: LintResult): 0 | 1 | 2 {
  if (result.unreadable.length > 0) return 2;
  return result.findings.some(({ severity }) => severity === 'error') ? 1 : 0;
}
