import { parseExpression, visitExpression, type Expr } from './ast.ts';

/** `${{ … }}` in a text: offsets into the text, `end` after the closing braces. */
export interface Embedded {
  readonly start: number;
  readonly end: number;
  readonly source: string;
  /** Undefined when it cannot be parsed. */
  readonly expression: Expr | undefined;
}

/** Every `${{ … }}` of a text. Braces inside a string of the expression do not close it. */
export function embeddedExpressions(text: string): Embedded[] {
  const found: Embedded[] = [];
  let start = text.indexOf('${{');
  while (start !== -1) {
    let quoted = false;
    let end = -1;
    for (let at = start + 3; at < text.length; at += 1) {
      if (text[at] === "'") quoted = !quoted;
      else if (!quoted && text.startsWith('}}', at)) {
        end = at + 2;
        break;
      }
    }
    if (end === -1) break;
    const source = text.slice(start + 3, end - 2).trim();
    found.push({ start, end, source, expression: parseExpression(source) });
    start = text.indexOf('${{', end);
  }
  return found;
}

/**
 * The expression of an `if:`, which needs no braces. Undefined when there is none to understand: text around the
 * braces makes a string of it, and a string that is not empty is true.
 */
export function conditionExpression(text: string): Expr | undefined {
  const trimmed = text.trim();
  const embedded = embeddedExpressions(trimmed);
  if (embedded.length === 0) return parseExpression(trimmed);
  const only = embedded[0];
  return embedded.length === 1 && only?.start === 0 && only.end === trimmed.length
    ? only.expression
    : undefined;
}

/** The paths of an expression as text, `secrets.TOKEN`, with names as they were written in lower case. */
export function pathsOf(expression: Expr): string[][] {
  const paths: string[][] = [];
  visitExpression(expression, (node) => {
    if (node.kind !== 'path') return;
    paths.push(node.path.map((part) => (typeof part === 'string' ? part : part.kind === 'star' ? '*' : '?')));
  });
  return paths;
}

/** Names an expression reads from a context, in upper case: `secrets` → `CP_ADMIN_API_TOKEN`. */
export function namesIn(expression: Expr, context: 'secrets' | 'vars' | 'env'): string[] {
  return pathsOf(expression).flatMap((path) =>
    path[0] === context && path[1] !== undefined ? [path[1].toUpperCase()] : [],
  );
}

/** String literals of an expression: the fallback of `vars.URL || 'https://…'`. */
export function stringsIn(expression: Expr): string[] {
  const strings: string[] = [];
  visitExpression(expression, (node) => {
    if (node.kind === 'literal' && typeof node.value === 'string') strings.push(node.value);
  });
  return strings;
}
