import type * as z from 'zod/v4/core';

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'keys with values',
  record: 'keys with values',
};

const FORMATS: Readonly<Record<string, string>> = {
  datetime: 'a time such as 2026-11-21T18:00:00Z',
};

/**
 * What a schema expected, in words for people: the `error` of every parse whose message somebody reads, because zod's
 * own messages speak of inputs and records. Quotes no value: messages to a workflow may hold anything.
 */
export const expectation: z.$ZodErrorMap = (issue) =>
  issue.input === undefined && issue.code !== 'custom' ? `missing; ${wordsOf(issue)}` : wordsOf(issue);

/** The first thing that is wrong, with its place: `changes.soakMs: expected a whole number`. */
export function firstProblem(error: z.$ZodError, whole: string): string {
  const issue = error.issues[0];
  return `${issue?.path.map((part) => shown(String(part))).join('.') || whole}: ${issue?.message ?? 'not understood'}`;
}

function wordsOf(issue: z.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${TYPES[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `expected ${either(issue.values.map((value) => `\`${String(value)}\``))}`;
    case 'invalid_format':
      return `expected ${FORMATS[issue.format] ?? `text of the form ${issue.pattern ?? issue.format}`}`;
    case 'too_small':
      return issue.origin === 'string' && issue.minimum === 1
        ? 'expected a text that is not empty'
        : `expected at least ${amount(issue.origin, issue.minimum)}`;
    case 'too_big':
      return `expected at most ${amount(issue.origin, issue.maximum)}`;
    case 'not_multiple_of':
      return `expected a multiple of ${issue.divisor}`;
    case 'unrecognized_keys':
      return `unknown key ${issue.keys.map((key) => `\`${shown(key)}\``).join(', ')}`;
    case 'invalid_key':
    case 'invalid_element':
      return issue.issues[0]?.message ?? 'expected another name';
    case 'invalid_union': {
      const ways = issue.errors.flatMap(
        (found) => found[0]?.message.replace(/^(missing; )?expected /, '') ?? [],
      );
      return `expected ${either([...new Set(ways)]) || 'something else'}`;
    }
    default:
      return 'expected something else';
  }
}

function amount(origin: string, count: number | bigint): string {
  const units: Readonly<Record<string, readonly [one: string, more: string]>> = {
    string: ['character', 'characters'],
    array: ['entry', 'entries'],
    record: ['key', 'keys'],
    object: ['key', 'keys'],
  };
  const unit = units[origin]?.[Number(count) === 1 ? 0 : 1];
  return unit === undefined ? String(count) : `${count} ${unit}`;
}

function either(ways: readonly string[]): string {
  return ways.length < 2 ? ways.join('') : `${ways.slice(0, -1).join(', ')} or ${ways.at(-1)}`;
}

/** A key may come from anybody; what could command a log or a terminal is not shown. */
function shown(key: string): string {
  return /^[ -~]{1,60}$/.test(key) ? key : '?';
}
