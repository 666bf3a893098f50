import {
  Binary,
  ContextAccess,
  FunctionCall,
  Grouping,
  IndexAccess,
  Literal,
  Logical,
  Star,
  Unary,
  type Expr as SourceExpr,
} from '@actions/expressions/ast';
import { Lexer } from '@actions/expressions/lexer';
import { Parser } from '@actions/expressions/parser';

export type Value = string | number | boolean | null;

/** An expression between `${{` and `}}`, with paths joined: `needs.build.result` is one node. */
export type Expr =
  | { readonly kind: 'literal'; readonly value: Value }
  /** `*` in a path is `{ kind: 'star' }`; an index that is no literal is an expression. */
  | { readonly kind: 'path'; readonly path: readonly PathPart[] }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly args: readonly Expr[];
      readonly path: readonly PathPart[];
    }
  | { readonly kind: 'not'; readonly operand: Expr }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Expr[] }
  | { readonly kind: 'compare'; readonly operator: string; readonly left: Expr; readonly right: Expr };

/** A name (lower case), a star, or what stands in brackets. */
export type PathPart = string | { readonly kind: 'star' } | Expr;

const CONTEXTS = [
  'github',
  'gitea',
  'forgejo',
  'forge',
  'env',
  'vars',
  'job',
  'jobs',
  'steps',
  'runner',
  'secrets',
  'strategy',
  'matrix',
  'needs',
  'inputs',
];
const FUNCTIONS = [
  { name: 'always', minArgs: 0, maxArgs: 0 },
  { name: 'cancelled', minArgs: 0, maxArgs: 0 },
  { name: 'success', minArgs: 0, maxArgs: 255 },
  { name: 'failure', minArgs: 0, maxArgs: 255 },
  { name: 'hashFiles', minArgs: 1, maxArgs: 255 },
];

const parsed = new Map<string, Expr | undefined>();

/** Parses what stands between `${{` and `}}`; undefined when it cannot be understood. */
export function parseExpression(source: string): Expr | undefined {
  if (!parsed.has(source)) parsed.set(source, parse(source));
  return parsed.get(source);
}

function parse(source: string): Expr | undefined {
  try {
    const tokens = new Lexer(source).lex().tokens;
    const functions = FUNCTIONS.map((known) => ({ ...known, description: '' }));
    const expression = new Parser(tokens, CONTEXTS, functions).parse() as SourceExpr | undefined;
    return expression === undefined ? undefined : convert(expression);
  } catch {
    return undefined;
  }
}

function convert(node: SourceExpr): Expr {
  if (node instanceof Literal) return { kind: 'literal', value: literalValue(node) };
  if (node instanceof Grouping) return convert(node.group);
  if (node instanceof Unary) return { kind: 'not', operand: convert(node.expr) };
  if (node instanceof Logical) {
    return { kind: node.operator.lexeme === '&&' ? 'and' : 'or', operands: node.args.map(convert) };
  }
  if (node instanceof Binary) {
    return {
      kind: 'compare',
      operator: node.operator.lexeme,
      left: convert(node.left),
      right: convert(node.right),
    };
  }
  if (node instanceof ContextAccess) return { kind: 'path', path: [node.name.lexeme.toLowerCase()] };
  if (node instanceof FunctionCall) {
    return {
      kind: 'call',
      name: node.functionName.lexeme.toLowerCase(),
      args: node.args.map(convert),
      path: [],
    };
  }
  if (node instanceof IndexAccess) return extend(convert(node.expr), node.index);
  throw new Error('an expression node of an unknown kind');
}

function extend(base: Expr, index: SourceExpr): Expr {
  if (base.kind !== 'path' && base.kind !== 'call')
    throw new Error('only a context or a call has properties');
  const part: PathPart =
    index instanceof Star
      ? { kind: 'star' }
      : index instanceof Literal && typeof literalValue(index) === 'string'
        ? String(literalValue(index)).toLowerCase()
        : convert(index);
  return { ...base, path: [...base.path, part] };
}

function literalValue(node: Literal): Value {
  const data = node.literal;
  const lexeme = node.token.lexeme;
  if (lexeme.startsWith("'")) return data.coerceString();
  if (lexeme === 'null') return null;
  if (lexeme === 'true' || lexeme === 'false') return lexeme === 'true';
  const number = data.number();
  return /^[-+.\d]/.test(lexeme) || lexeme === 'NaN' || lexeme === 'Infinity' ? number : data.coerceString();
}

/** Calls back for every node, outermost first. */
export function visitExpression(expression: Expr, visit: (node: Expr) => void): void {
  visit(expression);
  switch (expression.kind) {
    case 'literal':
      return;
    case 'not':
      visitExpression(expression.operand, visit);
      return;
    case 'and':
    case 'or':
      for (const operand of expression.operands) visitExpression(operand, visit);
      return;
    case 'compare':
      visitExpression(expression.left, visit);
      visitExpression(expression.right, visit);
      return;
    case 'call':
      for (const argument of expression.args) visitExpression(argument, visit);
      visitIndexes(expression.path, visit);
      return;
    case 'path':
      visitIndexes(expression.path, visit);
  }
}

function visitIndexes(path: readonly PathPart[], visit: (node: Expr) => void): void {
  for (const part of path) {
    if (typeof part !== 'string' && part.kind !== 'star') visitExpression(part, visit);
  }
}
