import type { Finding } from './finding.ts';
import type { Report } from './rule.ts';
import { commentsOf, type Comment } from './comments.ts';
import { lineText } from './source/file.ts';
import type { Workflow } from './workflow/model.ts';

/** `# greenlane: ignore[rule, rule] reason` */
const SUPPRESSION = /^#\s*greenlane:\s*ignore\b\s*(?:\[([^\]]*)\])?\s*(.*)$/;

interface Suppression {
  readonly workflow: Workflow;
  readonly comment: Comment;
  readonly rules: readonly string[];
  readonly reason: string;
  /** 1-based line it speaks of. */
  readonly line: number;
  used: boolean;
}

/** What the suppressions of a run leave: the findings they do not cover, and what is wrong with themselves. */
export interface Suppressed {
  readonly findings: Finding[];
  readonly reports: { readonly rule: 'suppression'; readonly report: Report }[];
}

/**
 * Takes out the findings that a comment on their line or above suppresses. A suppression without a rule or without
 * a reason suppresses nothing; one with nothing to suppress is a finding.
 */
export function applySuppressions(
  workflows: readonly Workflow[],
  findings: readonly Finding[],
  known: ReadonlySet<string>,
): Suppressed {
  const suppressions = workflows.flatMap(suppressionsIn);
  const left = findings.filter((finding) => {
    const cover = suppressions.filter(
      ({ workflow, line, rules, reason }) =>
        workflow.file.path === finding.file &&
        line === finding.line &&
        reason !== '' &&
        rules.includes(finding.rule),
    );
    for (const suppression of cover) suppression.used = true;
    return cover.length === 0;
  });
  const reports = suppressions.flatMap((suppression) => {
    const message = complaint(suppression, known);
    if (message === undefined) return [];
    const { workflow, comment } = suppression;
    return [
      {
        rule: 'suppression' as const,
        report: { at: { workflow, start: comment.start, end: comment.start + comment.text.length }, message },
      },
    ];
  });
  return { findings: left, reports };
}

function complaint({ rules, reason, used }: Suppression, known: ReadonlySet<string>): string | undefined {
  if (rules.length === 0) return '`greenlane: ignore` names no rule, so it suppresses nothing';
  const unknown = rules.find((rule) => !known.has(rule));
  if (unknown !== undefined) return `\`greenlane: ignore[${unknown}]\` names a rule that does not exist`;
  if (reason === '')
    return `\`greenlane: ignore[${rules.join(', ')}]\` gives no reason, so it suppresses nothing`;
  return used ? undefined : `\`greenlane: ignore[${rules.join(', ')}]\` has nothing to suppress here`;
}

function suppressionsIn(workflow: Workflow): Suppression[] {
  if (!/greenlane:\s*ignore/.test(workflow.file.text)) return [];
  return commentsOf(workflow).flatMap((comment) => {
    const match = SUPPRESSION.exec(comment.text);
    if (match === null) return [];
    const rules = (match[1] ?? '')
      .split(',')
      .map((rule) => rule.trim())
      .filter((rule) => rule !== '');
    return [
      {
        workflow,
        comment,
        rules,
        reason: (match[2] ?? '').trim(),
        line: comment.alone ? nextLine(workflow, comment) : comment.line,
        used: false,
      },
    ];
  });
}

/** The first line below a comment that is neither blank nor a comment. */
function nextLine(workflow: Workflow, comment: Comment): number {
  let line = comment.line + 1;
  while (line <= workflow.file.lineStarts.length && /^\s*(#.*)?$/.test(lineText(workflow.file, line)))
    line += 1;
  return line;
}
