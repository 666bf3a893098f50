export type Severity = 'error' | 'warning';

/** A replacement of text: UTF-16 offsets into the file as it was read. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Another place that belongs to a finding: the other half of a collision, the file's first key. */
export interface RelatedPlace {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** One thing that is wrong, where, why it matters on this host, and how to mend it. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  /** Path relative to the root, with forward slashes. */
  readonly file: string;
  /** 1-based; columns count UTF-16 code units. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly message: string;
  readonly why: string;
  readonly fix: string;
  readonly related: readonly RelatedPlace[];
  /** What `--fix` would do; absent when only a person can mend it. */
  readonly edits?: readonly Edit[];
}

/** A file that could not be read or parsed. The others are linted all the same. */
export interface Unreadable {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly reason: string;
}

/** Order of a report: by file, then by place, then by rule. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    compareText(a.file, b.file) ||
    a.line - b.line ||
    a.column - b.column ||
    compareText(a.rule, b.rule) ||
    compareText(a.message, b.message)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
