import type {
  Assignment,
  HereDoc,
  HereString,
  ParameterReplaceOperation,
  ParsedScript,
  Redirection,
  Word,
  WordPart,
} from 'unbash';
import { UNKNOWN, evaluate, type Setting } from '../expression/evaluate.ts';
import { evaluateArithmetic } from './judge-arithmetic.ts';
import { EXPRESSION_START, type Script } from './script.ts';

/** A text that is known, or `undefined`. */
export type Text = string | undefined;

/** Characters of a text that is followed; nobody knows what becomes of a longer one. */
const LONGEST = 65_536;

/** A text, unless it grew too long to be followed. */
export function followed(text: Text): Text {
  return text !== undefined && text.length > LONGEST ? undefined : text;
}

/** Expands words with the values of one case; what is not known makes the whole word unknown. */
export abstract class JudgeWords {
  readonly script: Script;
  variables: Map<string, Text>;
  private readonly setting: Setting;
  /** Texts that hold results of needed jobs. */
  private readonly results = new Set<string>();
  private readonly inEnvironment: boolean;

  constructor(script: Script, env: ReadonlyMap<string, Text>, setting: Setting) {
    this.script = script;
    this.setting = setting;
    this.variables = new Map(env);
    for (const value of env.values()) this.note(value);
    this.inEnvironment = this.results.size > 0;
  }

  abstract capture(script: ParsedScript | undefined): Text;

  /** Whether the environment that every program sees holds results. */
  hasResults(): boolean {
    return this.inEnvironment;
  }

  /** Whether one of the texts is, or holds, a result; an unknown text may. */
  isAboutResults(texts: readonly Text[]): boolean {
    return texts.some(
      (text) => text === undefined || [...this.results].some((result) => text.includes(result)),
    );
  }

  /** The value of a word, unsplit. */
  word(word: Word | undefined): Text {
    if (word === undefined) return '';
    return word.parts === undefined ? this.literal(word.value, word.pos, word.end) : this.parts(word.parts);
  }

  /** The fields a word splits into: unquoted expansions split at white space. */
  fields(word: Word): Text[] {
    const value = this.word(word);
    const splits =
      word.parts?.some((part) =>
        ['SimpleExpansion', 'ParameterExpansion', 'CommandExpansion'].includes(part.type),
      ) === true;
    const inlined =
      (word.parts === undefined || word.parts.some((part) => part.type === 'Literal')) &&
      word.text.includes(EXPRESSION_START);
    if (value === undefined || (!splits && !inlined)) return [value];
    return value.split(/\s+/).filter((field) => field !== '');
  }

  assign(assignment: Assignment): void {
    const { value, name } = assignment;
    const texts =
      value.type === 'Word' ? [this.word(value)] : value.elements.flatMap((element) => this.fields(element));
    const text = texts.includes(undefined) ? undefined : texts.join(' ');
    const former = assignment.append === true ? this.variables.get(name) : '';
    const glue = value.type === 'ArrayValue' && former !== '' ? ' ' : '';
    const whole = text === undefined || former === undefined ? undefined : former + glue + text;
    this.variables.set(name, followed(whole));
  }

  hereText(redirect: HereString | HereDoc): Text {
    if (redirect.type === 'HereString') {
      const text = this.word(redirect.target);
      return text === undefined ? undefined : `${text}\n`;
    }
    const { parts, text, pos, end } = redirect.body;
    return parts === undefined ? this.literal(text, pos, end) : this.parts(parts);
  }

  /** What a command reads once its redirections are done. */
  redirected(redirects: readonly Redirection[], stdin: Text): Text {
    let input = stdin;
    for (const redirect of redirects) {
      if (redirect.type !== 'Redirect') input = this.hereText(redirect);
      else if (redirect.operator === '<') {
        const process = redirect.target?.parts?.find((part) => part.type === 'ProcessSubstitution');
        input = process === undefined ? undefined : this.capture(process.script);
      }
    }
    return input;
  }

  private parts(parts: readonly WordPart[]): Text {
    let text: Text = '';
    for (const part of parts) {
      const value = this.part(part);
      if (value === undefined || text.length > LONGEST) return undefined;
      text += value;
    }
    return followed(text);
  }

  private part(part: WordPart): Text {
    switch (part.type) {
      case 'Literal':
      case 'SingleQuoted':
      case 'AnsiCQuoted':
      case 'Glob':
        return this.literal(part.value, part.pos, part.end);
      case 'DoubleQuoted':
      case 'LocaleString':
        return this.parts(part.parts);
      case 'SimpleExpansion':
        return this.variables.get(part.text.slice(1));
      case 'ParameterExpansion': {
        if (part.prefix !== undefined) return undefined;
        const value = this.variables.has(part.parameter)
          ? this.variables.get(part.parameter)
          : part.operation?.type === 'Default'
            ? ''
            : undefined;
        if (part.operation === undefined || value === undefined) return value;
        if (part.operation.type === 'Replace') return this.replaced(value, part.operation);
        if (part.operation.type !== 'Default') return undefined;
        if (part.operation.operator.endsWith('+'))
          return value === '' ? '' : this.word(part.operation.operand);
        return value === '' ? this.word(part.operation.operand) : value;
      }
      case 'CommandExpansion':
        return this.capture(part.script);
      case 'ArithmeticExpansion': {
        const value = evaluateArithmetic(part.expression, this.variables);
        return value === undefined ? undefined : String(value);
      }
      case 'ProcessSubstitution':
      case 'ExtendedGlob':
      case 'BraceExpansion':
        return undefined;
    }
  }

  private replaced(value: string, { operator, pattern, replacement }: ParameterReplaceOperation): Text {
    const [from, to] = [this.word(pattern), this.word(replacement)];
    if (from === undefined || to === undefined || from === '' || /[*?[]/.test(from)) return undefined;
    return operator === '//'
      ? followed(value.replaceAll(from, () => to))
      : operator === '/'
        ? followed(value.replace(from, () => to))
        : undefined;
  }

  /** A literal text in which stand-ins for `${{ … }}` have their value. */
  private literal(text: string, pos: number, end: number): Text {
    if (!text.includes(EXPRESSION_START)) return text;
    const inside = this.script.embedded.filter((embedded) => embedded.start >= pos && embedded.start < end);
    let result = '';
    let next = 0;
    for (const piece of text.split(/(\uE000\uE001*)/u)) {
      if (!piece.startsWith(EXPRESSION_START)) {
        result += piece;
        continue;
      }
      const expression = inside[next]?.expression;
      next += 1;
      const value = expression === undefined ? UNKNOWN : evaluate(expression, this.setting);
      if (value === UNKNOWN || (typeof value === 'object' && value !== null)) return undefined;
      this.note(String(value ?? ''));
      result += String(value ?? '');
    }
    return result;
  }

  private note(text: Text): void {
    if (text !== undefined && /\b(success|failure|cancelled|skipped)\b/.test(text)) this.results.add(text);
  }
}
