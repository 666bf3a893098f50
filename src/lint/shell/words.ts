import type {
  AssignmentPrefix,
  ParameterExpansionPart,
  ParameterOperation,
  ParsedScript,
  Word,
  WordPart,
} from 'unbash';
import { EXPRESSION_START, type Script } from './script.ts';
import {
  EMPTY,
  concat,
  derived,
  either,
  endsWithStatus,
  expressionValue,
  literal,
  unresolved,
  type Value,
} from './value.ts';
import type { Lookup } from './flow.ts';

/** What the evaluation of words needs from the interpreter. */
export interface WordSetting {
  readonly script: Script;
  readonly lookup: Lookup;
  variable(name: string): Value;
  /** Runs a substitution's script and gives what it prints. */
  capture(script: ParsedScript | undefined, pos: number): Value;
  /** Runs `<(…)` and gives the name of the file it stands for. */
  processFile(script: ParsedScript | undefined, pos: number, operator: '<' | '>'): Value;
}

/** The value of a word as the shell would expand it, as far as that can be known. */
export function wordValue(word: Word | undefined, setting: WordSetting): Value {
  if (word === undefined) return EMPTY;
  if (word.parts === undefined) return literalValue(word.value, word.pos, word.end, setting);
  return partsValue(word.parts, setting);
}

export function partsValue(parts: readonly WordPart[], setting: WordSetting): Value {
  return parts.length === 0 ? EMPTY : concat(parts.map((part) => partValue(part, setting)));
}

export function assignedValue(assignment: AssignmentPrefix, setting: WordSetting): Value {
  const value = assignment.value;
  if (value.type === 'Word') return wordValue(value, setting);
  const elements = value.elements.map((element) => wordValue(element, setting));
  return elements.length === 0 ? EMPTY : concat(elements, ' ');
}

function partValue(part: WordPart, setting: WordSetting): Value {
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
    case 'Glob':
      return literalValue(part.value, part.pos, part.end, setting);
    case 'DoubleQuoted':
    case 'LocaleString':
      return partsValue(part.parts, setting);
    case 'SimpleExpansion':
      return setting.variable(part.text.slice(1));
    case 'ParameterExpansion':
      return parameterValue(part, setting);
    case 'CommandExpansion':
      return setting.capture(part.script, part.pos);
    case 'ProcessSubstitution':
      return setting.processFile(part.script, part.pos, part.operator);
    case 'ArithmeticExpansion':
      return literal(unresolved(part.text));
    case 'ExtendedGlob':
    case 'BraceExpansion':
      return part.parts === undefined
        ? literalValue(part.text, part.pos, part.end, setting)
        : derived(partsValue(part.parts, setting), part.text);
  }
}

/** `${…}`: a length says nothing of a value, `:+` hides it, a default stands beside it. */
function parameterValue(part: ParameterExpansionPart, setting: WordSetting): Value {
  const operation = part.operation;
  if (part.prefix !== undefined) {
    setting.variable(part.parameter);
    return literal(unresolved(part.text));
  }
  const value = setting.variable(part.parameter);
  if (operation === undefined) return value;
  if (operation.type === 'Default') {
    const operand = wordValue(operation.operand, setting);
    if (operation.operator.endsWith('+')) return { ...operand, names: value.names };
    if (operation.operator.endsWith('?')) return value;
    if (value.text === unresolved(`$${part.parameter}`) || value.text === '') return either(operand, value);
    return either(value, operand);
  }
  if (isStatusOf(value.text, operation)) return literal(unresolved(part.text));
  if (operation.type === 'Replace') {
    return derived(either(value, wordValue(operation.replacement, setting)), part.text);
  }
  return derived(value, part.text);
}

/** `${answer: -3}` and `${answer##*$'\n'}` of a body with the status code behind it. */
function isStatusOf(text: string, operation: ParameterOperation): boolean {
  if (operation.type === 'Slice')
    return /^\s*\(?-3\)?$/.test(operation.offset.value) && endsWithStatus(text, false);
  return (
    operation.type === 'Remove' &&
    operation.operator === '##' &&
    /^\*\n$/.test(operation.operand.value) &&
    endsWithStatus(text, true)
  );
}

/** A literal text, in which stand-ins for `${{ … }}` get their value back. */
function literalValue(text: string, pos: number, end: number, setting: WordSetting): Value {
  if (!text.includes(EXPRESSION_START)) return literal(text);
  const inside = setting.script.embedded.filter((embedded) => embedded.start >= pos && embedded.start < end);
  const parts: Value[] = [];
  let next = 0;
  for (const piece of text.split(/(\uE000\uE001*)/u)) {
    if (!piece.startsWith(EXPRESSION_START)) {
      if (piece !== '') parts.push(literal(piece));
      continue;
    }
    const embedded = inside[next];
    next += 1;
    if (embedded !== undefined)
      parts.push(expressionValue(embedded.expression, embedded.source, setting.lookup));
  }
  return parts.length === 0 ? EMPTY : concat(parts);
}
