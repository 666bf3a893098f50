import type { Location, Log, Notification, ReportingDescriptor, Result } from 'sarif';
import { hostFacts } from '../host.ts';
import type { LintResult } from '../index.ts';
import { RULES } from '../rules/index.ts';
import type { Finding } from '../finding.ts';

/** SARIF 2.1.0, for code scanning; ends with a newline. */
export function sarifReport(result: LintResult, version: string): string {
  const host = hostFacts(result.host);
  const rules: ReportingDescriptor[] = RULES.map((rule) => ({
    id: rule.id,
    shortDescription: { text: rule.title },
    fullDescription: { text: typeof rule.why === 'string' ? rule.why : rule.why(host) },
    help: { text: `${rule.fix}\n\n${rule.docs}` },
    defaultConfiguration: { level: rule.severity },
  }));
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'greenlane', version, rules } },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: result.unreadable.length === 0,
            toolExecutionNotifications: notifications(result),
          },
        ],
        artifacts: result.files.map((file) => ({ location: { uri: encodeURI(file) } })),
        results: result.findings.map((finding) => resultOf(finding)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function resultOf(finding: Finding): Result {
  return {
    ruleId: finding.rule,
    ruleIndex: RULES.findIndex(({ id }) => id === finding.rule),
    level: finding.severity,
    message: { text: `${finding.message}. ${finding.why} ${finding.fix}` },
    locations: [location(finding.file, finding)],
    ...(finding.related.length === 0
      ? {}
      : {
          relatedLocations: finding.related.map((related, id) => ({
            id,
            ...location(related.file, related),
            message: { text: related.message },
          })),
        }),
  };
}

interface Region {
  readonly line: number;
  readonly column: number;
  readonly endLine?: number;
  readonly endColumn?: number;
}

function location(file: string, { line, column, endLine, endColumn }: Region): Location {
  return {
    physicalLocation: {
      artifactLocation: { uri: encodeURI(file) },
      region: {
        startLine: line,
        startColumn: column,
        ...(endLine === undefined ? {} : { endLine }),
        ...(endColumn === undefined ? {} : { endColumn }),
      },
    },
  };
}

function notifications({ unreadable, notice }: LintResult): Notification[] {
  const failed = unreadable.map(({ file, line, column, reason }): Notification => ({
    level: 'error',
    message: { text: `${file}: ${reason}` },
    locations: [location(file, { line: line ?? 1, column: column ?? 1 })],
  }));
  return notice === undefined ? failed : [...failed, { level: 'note', message: { text: notice } }];
}
