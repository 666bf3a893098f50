import type { LintResult } from '../index.ts';
import { counts } from './summary.ts';

/** For programs; its schema is src/lint/format/report.schema.json. Ends with a newline. */
export function jsonReport(result: LintResult): string {
  const { host, findings, unreadable, notice, files } = result;
  const report = {
    version: 1,
    host,
    summary: counts(result),
    files,
    findings: findings.map(({ edits, ...finding }) => ({ ...finding, fixable: edits !== undefined })),
    unreadable,
    ...(notice === undefined ? {} : { notice }),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}
