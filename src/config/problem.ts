import type { Document, LineCounter } from 'yaml';
import type * as z from 'zod/v4/core';
import { ConfigurationError } from '../errors.ts';
import { expectation } from '../rollout/expectation.ts';

/** How a section is parsed: compiling a parser costs more than one file is worth. */
export const PARSING = { jitless: true, error: expectation };

/** A configuration that was read: its YAML, and what it says as plain values. */
export interface ReadConfig {
  /** How messages call it. */
  readonly source: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

/** Pages that list the keys of a section of the file; `fleets` and all else have the page of the configuration. */
const PAGES: Readonly<Record<string, string>> = { lint: 'docs/lint.md', sop: 'docs/sop.md' };

/**
 * The first thing that is wrong, in the order of the file: where, what was expected there, what stands there.
 * `section` is where `value` stands in the file; issues are of `value`.
 */
export function problemIn(
  { source, document, lines }: ReadConfig,
  value: unknown,
  issues: readonly z.$ZodIssue[],
  section: readonly PropertyKey[] = [],
): ConfigurationError {
  const [first] = issues
    .map((issue) => ({ issue, path: [...section, ...issue.path] }))
    .map((found) => ({ ...found, line: lineOf(document, lines, found.path) }))
    // A key that is missing may be the one that was written wrong beside it.
    .sort((a, b) => a.line - b.line || Number(isUnknown(b.issue)) - Number(isUnknown(a.issue)));
  if (first === undefined) return new ConfigurationError({ source }, 'cannot be used');
  const { issue, path } = first;
  const line = isUnknown(issue) ? lineOf(document, lines, [...path, ...issue.keys.slice(0, 1)]) : first.line;
  return new ConfigurationError({ source, line, key: keyOf(path) }, describe(issue, value, path));
}

function isUnknown(issue: z.$ZodIssue): issue is z.$ZodIssueUnrecognizedKeys {
  return issue.code === 'unrecognized_keys';
}

function describe(issue: z.$ZodIssue, root: unknown, path: readonly PropertyKey[]): string {
  const { code, message } = issue;
  if (isUnknown(issue))
    return `${message}; see ${PAGES[String(path[0])] ?? 'docs/configuration.md'} for the keys there are`;
  if (code === 'invalid_key' || message.includes(', got ')) return message;
  const value = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined | null)?.[key],
    root,
  );
  return `${message}${got(value, ['invalid_type', 'invalid_value', 'invalid_union'].includes(code))}`;
}

/** What stands there instead; of a list or section only where another kind of value was expected. */
function got(value: unknown, kinds: boolean): string {
  if (value === undefined) return '';
  if (value === null) return ', got nothing';
  if (typeof value === 'object')
    return kinds ? `, got ${Array.isArray(value) ? 'a list' : 'keys with values'}` : '';
  return `, got ${typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : String(value)}`;
}

/** A path as messages have it: `notify[0].kind`. */
export function keyOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

/** Line of the value at the path, or of its nearest parent that is there. */
export function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const node = document.getIn(path.slice(0, depth), true) as
      { range?: [number, number, number] } | undefined;
    if (node?.range !== undefined) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
