import { JqCursor } from './jq-cursor.ts';
import { jqTokens, type JqToken } from './jq-tokens.ts';
import type { Label } from './value.ts';

type Labels = ReadonlySet<Label>;

/** Fields of a control-plane answer that hold counts, booleans, codes and slugs (docs/lint.md, "Answers"). */
const SAFE_FIELDS = new Set([
  'ok',
  'slug',
  'phase',
  'ssm_status',
  'ssm_exit_code',
  'healthz_ok',
  'verified_on_target',
]);
/** Functions whose result says something about a value without repeating it. */
const TELLING = new Set([
  'length',
  'utf8bytelength',
  'type',
  'has',
  'in',
  'not',
  'any',
  'all',
  'test',
  'startswith',
  'endswith',
  'contains',
  'inside',
  'isvalid',
  'keys',
  'keys_unsorted',
  'index',
  'rindex',
  'indices',
  'range',
  'now',
  'empty',
  'true',
  'false',
  'null',
  'env',
  'infinite',
  'nan',
  'isnan',
  'isinfinite',
  'isnormal',
  'input_line_number',
  'paths',
  'IN',
]);
const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>=']);
const BINARY: readonly (readonly string[])[] = [
  ['//'],
  ['=', '|=', '+=', '-=', '*=', '/=', '%=', '//='],
  ['or'],
  ['and'],
  ['==', '!=', '<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/', '%'],
];

/**
 * What a jq program lets through of its input: the labels of what it prints. Only an `answer` is looked into, by
 * field; a program that cannot be read lets everything through.
 */
export function jqOutput(program: string, input: Labels, variables: ReadonlyMap<string, Labels>): Labels {
  try {
    const reader = new Reader(jqTokens(program), input, variables);
    const output = reader.pipe(input);
    if (!reader.done()) return everything(input, variables);
    return output;
  } catch {
    return everything(input, variables);
  }
}

function everything(input: Labels, variables: ReadonlyMap<string, Labels>): Labels {
  return new Set([...input, ...[...variables.values()].flatMap((labels) => [...labels])]);
}

/** Parses and evaluates in one pass: the value of each filter is the set of labels it may print. */
class Reader extends JqCursor {
  private readonly root: Labels;
  private variables: Map<string, Labels>;
  constructor(list: readonly JqToken[], root: Labels, variables: ReadonlyMap<string, Labels>) {
    super(list);
    this.root = root;
    this.variables = new Map(variables);
  }

  pipe(input: Labels): Labels {
    let value = this.comma(input);
    for (;;) {
      if (this.take('as')) {
        const name = this.next();
        if (typeof name !== 'string' || !name.startsWith('$')) throw new Error('destructuring');
        this.variables.set(name.slice(1), value);
        this.expect('|');
        return this.pipe(input);
      }
      if (!this.take('|')) return value;
      value = this.comma(value);
    }
  }

  private comma(input: Labels): Labels {
    let value = this.binary(input, 0);
    while (this.take(',')) value = join(value, this.binary(input, 0));
    return value;
  }

  private binary(input: Labels, level: number): Labels {
    const operators = BINARY[level];
    if (operators === undefined) return this.postfix(input);
    let value = this.binary(input, level + 1);
    for (;;) {
      const operator = this.peek();
      if (typeof operator !== 'string' || !operators.includes(operator)) return value;
      this.index += 1;
      const right = this.binary(input, level + 1);
      const truth = COMPARISONS.has(operator) || operator === 'and' || operator === 'or';
      value = truth ? new Set() : operator.endsWith('=') ? join(input, right) : join(value, right);
    }
  }

  private postfix(input: Labels): Labels {
    let value = this.term(input);
    for (;;) {
      if (this.take('?')) continue;
      const token = this.peek();
      if (typeof token === 'string' && isField(token)) {
        this.index += 1;
        value = fieldOf(value, token.slice(1));
      } else if (token === '.' && typeof this.tokens[this.index + 1] === 'object') {
        this.index += 1;
        value = this.quotedField(value);
      } else if (token === '.' && this.tokens[this.index + 1] === '[') {
        this.index += 1;
      } else if (token === '[') {
        value = this.brackets(input, value);
      } else {
        return value;
      }
    }
  }

  private quotedField(value: Labels): Labels {
    const token = this.next();
    return fieldOf(
      value,
      typeof token === 'object' && token.programs.length === 0 ? token.string : undefined,
    );
  }

  private brackets(input: Labels, value: Labels): Labels {
    this.expect('[');
    if (this.take(']')) return value;
    const token = this.peek();
    const closes = this.tokens[this.index + 1] === ']';
    if (typeof token === 'object' && token.programs.length === 0 && closes) {
      this.index += 2;
      return fieldOf(value, token.string);
    }
    if (!this.take(':')) this.pipe(input);
    if (this.take(':') && this.peek() !== ']') this.pipe(input);
    else if (this.peek() !== ']') this.pipe(input);
    this.expect(']');
    return value;
  }

  private term(input: Labels): Labels {
    const token = this.next();
    if (typeof token === 'object') return this.interpolate(token, input);
    if (token === '.') return typeof this.peek() === 'object' ? this.quotedField(input) : input;
    if (isField(token)) return fieldOf(input, token.slice(1));
    if (token === '..') return input;
    if (token === '-') return this.postfix(input);
    if (token === '(') return this.closed(input, ')');
    if (token === '[') return this.take(']') ? new Set() : this.closed(input, ']');
    if (token === '{') return this.object(input);
    if (token.startsWith('@')) return typeof this.peek() === 'object' ? this.term(input) : input;
    if (token.startsWith('$')) {
      if (token === '$ENV' || token === '$__loc__') return new Set();
      return this.variables.get(token.slice(1)) ?? new Set();
    }
    if (/^\d/.test(token)) return new Set();
    if (/^[A-Za-z_]/.test(token)) return this.word(token, input);
    throw new Error(`unexpected ${token}`);
  }

  private word(name: string, input: Labels): Labels {
    switch (name) {
      case 'if':
        return this.conditional(input);
      case 'try': {
        const value = this.postfix(input);
        return this.take('catch') ? join(value, this.postfix(input)) : value;
      }
      case 'reduce':
      case 'foreach':
        return this.fold(input);
      case 'def':
      case 'label':
      case 'import':
      case 'include':
        throw new Error('definitions are not followed');
    }
    const args: Labels[] = [];
    if (this.take('(')) {
      do args.push(this.pipe(input));
      while (this.take(';'));
      this.expect(')');
    }
    if (TELLING.has(name)) return new Set();
    if (name === 'input' || name === 'inputs') return this.root;
    if (
      name === 'select' ||
      name === 'limit' ||
      name === 'sort_by' ||
      name === 'group_by' ||
      name === 'unique_by'
    ) {
      return name === 'limit' ? (args[1] ?? input) : input;
    }
    if (
      ['map', 'map_values', 'first', 'last', 'recurse', 'add', 'flatten', 'until'].includes(name) &&
      args.length > 0
    )
      return args[0] ?? input;
    return args.reduce(join, input);
  }

  private conditional(input: Labels): Labels {
    this.pipe(input);
    this.expect('then');
    let value = this.pipe(input);
    for (;;) {
      if (this.take('elif')) {
        this.pipe(input);
        this.expect('then');
        value = join(value, this.pipe(input));
      } else if (this.take('else')) {
        value = join(value, this.pipe(input));
      } else {
        this.expect('end');
        return value;
      }
    }
  }

  private fold(input: Labels): Labels {
    const source = this.postfix(input);
    this.expect('as');
    const name = this.next();
    if (typeof name !== 'string' || !name.startsWith('$')) throw new Error('destructuring');
    this.variables.set(name.slice(1), source);
    this.expect('(');
    let value = this.pipe(input);
    while (this.take(';')) value = join(value, this.pipe(value));
    this.expect(')');
    return value;
  }

  private object(input: Labels): Labels {
    let value: Labels = new Set();
    while (!this.take('}')) {
      const key = this.next();
      if (key === '(') this.closed(input, ')');
      if (this.take(':')) value = join(value, this.objectValue(input));
      else if (typeof key === 'object')
        value = join(value, fieldOf(input, key.programs.length > 0 ? undefined : key.string));
      else if (key.startsWith('$')) value = join(value, this.variables.get(key.slice(1)) ?? new Set());
      else value = join(value, fieldOf(input, key));
      if (!this.take(',') && this.peek() !== '}') throw new Error('object');
    }
    return value;
  }

  private objectValue(input: Labels): Labels {
    let value = this.binary(input, 0);
    while (this.take('|')) value = this.binary(value, 0);
    return value;
  }

  private interpolate(token: { readonly programs: readonly string[] }, input: Labels): Labels {
    return token.programs.reduce<Labels>((value, program) => {
      const inner = new Reader(jqTokens(program), this.root, this.variables);
      const output = inner.pipe(input);
      if (!inner.done()) throw new Error('interpolation');
      return join(value, output);
    }, new Set());
  }

  private closed(input: Labels, close: string): Labels {
    const value = this.pipe(input);
    this.expect(close);
    return value;
  }
}

/** What a field of a labelled value carries: only the contract's harmless fields come clean. */
function fieldOf(value: Labels, name: string | undefined): Labels {
  if (!value.has('answer')) return value;
  const rest = [...value].filter((label) => label !== 'answer');
  if (name !== undefined && SAFE_FIELDS.has(name)) return new Set(rest);
  return new Set<Label>([...rest, name === 'error' ? 'error-field' : 'answer']);
}

function isField(token: string): boolean {
  return /^\.[A-Za-z_]/.test(token);
}

function join(a: Labels, b: Labels): Labels {
  return a.size === 0 ? b : b.size === 0 ? a : new Set([...a, ...b]);
}
