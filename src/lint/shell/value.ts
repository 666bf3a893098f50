import type { Expr } from '../expression/ast.ts';
import { pathsOf } from '../expression/embedded.ts';

/** What a text may carry: an answer of the control plane, its `error` field, a secret by name. */
export type Label = 'answer' | 'error-field' | `secret:${string}`;

/** What is known of a string before it exists. */
export interface Value {
  /** Its text, with `unresolved(…)` where that is not known. */
  readonly text: string;
  readonly labels: ReadonlySet<Label>;
  /** Variables and secrets it was made from, in upper case. */
  readonly names: ReadonlySet<string>;
}

const MARK = '\uFFFC';
const NONE: ReadonlySet<never> = new Set();

export const EMPTY: Value = { text: '', labels: NONE, names: NONE };

/** Stands for a text that is not known; the same `id` stands for the same text. */
export function unresolved(id: string): string {
  return `${MARK}${id}${MARK}`;
}

/** Stands for the status code that `curl -w '%{http_code}'` prints behind a body. */
export const STATUS = unresolved('status code');

/** Whether a text ends with a status code; `onLine`: on a line of its own. */
export function endsWithStatus(text: string, onLine: boolean): boolean {
  return text.replace(/\n+$/, '').endsWith(onLine ? `\n${STATUS}` : STATUS);
}

/** Whether a part of the text is not known. */
export function isResolved(text: string): boolean {
  return !text.includes(MARK);
}

export function literal(text: string): Value {
  return { text, labels: NONE, names: NONE };
}

/** One text after the other. */
export function concat(values: readonly Value[], separator = ''): Value {
  const only = values[0];
  if (values.length === 1 && only !== undefined) return only;
  let text = '';
  for (let index = 0; index < values.length; index += 1)
    text += (index === 0 ? '' : separator) + (values[index]?.text ?? '');
  return { text, ...carried(values) };
}

/** Either of several texts: carries what any carries; the text is the first's. */
export function either(first: Value, ...others: readonly Value[]): Value {
  return { text: first.text, ...carried([first, ...others]) };
}

/** The same labels on a text that is no longer known. */
export function derived(from: Value, id: string): Value {
  return { ...from, text: unresolved(id) };
}

function carried(values: readonly Value[]): { labels: ReadonlySet<Label>; names: ReadonlySet<string> } {
  return {
    labels: union(values.map((value) => value.labels)),
    names: union(values.map((value) => value.names)),
  };
}

export function union<T>(sets: readonly ReadonlySet<T>[]): ReadonlySet<T> {
  let only: ReadonlySet<T> | undefined;
  let merged: Set<T> | undefined;
  for (const set of sets) {
    if (set.size === 0 || set === only) continue;
    if (only === undefined) {
      only = set;
      continue;
    }
    merged ??= new Set(only);
    for (const item of set) merged.add(item);
  }
  return merged ?? only ?? NONE;
}

/**
 * What an expression puts into a text. `lookup` gives the value of a path such as `steps.call.outputs.body`;
 * comparisons and negations only ever give `true` or `false`.
 */
export function expressionValue(
  expression: Expr | undefined,
  source: string,
  lookup: (path: readonly string[]) => Value | undefined,
): Value {
  if (expression === undefined) return literal(unresolved(source));
  const names = new Set<string>();
  for (const [context, name] of pathsOf(expression)) {
    if (name !== undefined && ['secrets', 'vars', 'env', 'inputs'].includes(context ?? ''))
      names.add(name.toUpperCase());
  }
  const found: Value[] = [];
  const literals: string[] = [];
  for (const exposed of exposedBy(expression)) {
    if (exposed.kind === 'literal') literals.push(String(exposed.value ?? ''));
    for (const path of exposed.kind === 'path' ? pathsOf(exposed) : []) {
      const value = lookup(path);
      if (value !== undefined) found.push(value);
    }
  }
  const known = found.find((value) => isResolved(value.text));
  const fallback = literals.find((text) => text !== '');
  const text = known?.text ?? fallback ?? unresolved(source);
  return {
    text,
    labels: union(found.map((value) => value.labels)),
    names: union([names, ...found.map((value) => value.names)]),
  };
}

/** The parts of an expression whose value can be the whole's. */
function exposedBy(expression: Expr): Expr[] {
  switch (expression.kind) {
    case 'literal':
    case 'path':
      return [expression];
    case 'or':
      return expression.operands.flatMap(exposedBy);
    case 'and':
      return expression.operands.slice(-1).flatMap(exposedBy);
    case 'call':
      return ['fromjson', 'tojson', 'format', 'join'].includes(expression.name)
        ? expression.args.flatMap(exposedBy)
        : [];
    case 'not':
    case 'compare':
      return [];
  }
}
