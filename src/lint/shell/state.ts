import type { Assignment, ParsedScript, Word } from 'unbash';
import type { Settings } from '../settings.ts';
import type { Workflow } from '../workflow/model.ts';
import type { Call } from './commands.ts';
import type { AssignmentRun, CommandRun, Handover, Leak, Lookup } from './flow.ts';
import type { Script } from './script.ts';
import { addToFile, handOver, type Sink } from './sink.ts';
import {
  EMPTY,
  concat,
  either,
  isResolved,
  literal,
  union,
  unresolved,
  type Label,
  type Value,
} from './value.ts';
import { assignedValue, wordValue, type WordSetting } from './words.ts';

/** What an interpreter starts with. */
export interface Start {
  readonly script: Script;
  readonly env: ReadonlyMap<string, Value>;
  readonly handover: Handover;
  readonly settings: Settings;
  readonly lookup: Lookup;
}

/** Characters that the values of one workflow file may come to, each label and each word counting as some. */
const MOST_CHARACTERS = 16_000_000;
const EACH = 16;
const spent = new WeakMap<Workflow, number>();

/** Variables, options and leaks of one script while its values are followed. */
export abstract class ShellState implements WordSetting {
  readonly script: Script;
  readonly settings: Settings;
  readonly handover: Handover;
  readonly lookup: Lookup;
  readonly commands: CommandRun[] = [];
  readonly assignments: AssignmentRun[] = [];
  readonly leaks: Leak[] = [];
  readonly reads = new Set<string>();
  /** Where `set -x` was said, while it holds. */
  xtrace: { readonly pos: number; readonly end: number } | undefined;
  /** Branches and subshells that are open: an assignment in one may not have happened. */
  protected branches = 0;
  /** Counts what came to carry a label: a loop that adds none need not run again. */
  protected labelled = 0;
  /** Position every node of a string run by `eval` or `bash -c` is reported at. */
  protected frame: { readonly pos: number; readonly end: number } | undefined;
  private readonly variables: Map<string, Value>;
  /** Variables as words see them: with their own name among the names. */
  private readonly named = new Map<string, Value>();
  /** Elements of arrays. */
  private readonly lists = new Map<string, Value[]>();
  private readonly seen = new Set<string>();

  constructor(start: Start) {
    this.script = start.script;
    this.settings = start.settings;
    this.handover = start.handover;
    this.lookup = start.lookup;
    this.variables = new Map(start.env);
    if (/(^|\s)-[a-z]*x/.test(start.script.step.shell ?? '')) this.xtrace = { pos: 0, end: 1 };
  }

  abstract capture(script: ParsedScript | undefined, pos: number): Value;
  abstract processFile(script: ParsedScript | undefined, pos: number, operator: '<' | '>'): Value;

  variable(name: string): Value {
    const known = this.named.get(name);
    if (known !== undefined) return known;
    const isName = /^[A-Za-z_]/.test(name);
    if (isName) this.reads.add(name.toUpperCase());
    const value = this.variables.get(name) ?? literal(unresolved(/^[?#$!-]$/.test(name) ? '$' : `$${name}`));
    const named = isName ? { ...value, names: union([value.names, new Set([name.toUpperCase()])]) } : value;
    this.named.set(name, named);
    return named;
  }

  /** What `env` or `printenv` prints: all variables, or those that are named. */
  environment(names: readonly Value[]): Value {
    const asked = names.filter(({ text }) => !text.startsWith('-')).map(({ text }) => text);
    const values = [...this.variables]
      .filter(([name]) => asked.length === 0 || asked.includes(name))
      .map(([, value]) => value);
    return {
      text: unresolved('environment'),
      labels: union(values.map((value) => value.labels)),
      names: new Set(),
    };
  }

  /** Gives a variable a value; in a branch or a subshell the former value may still stand. */
  assign(name: string, value: Value): void {
    const former = this.variables.get(name);
    this.spend([value]);
    if (value.labels.size > 0) this.labelled += 1;
    this.named.delete(name);
    this.variables.set(name, this.branches > 0 && former !== undefined ? either(value, former) : value);
  }

  assignAll(assignments: readonly Assignment[]): void {
    for (const assignment of assignments) {
      const value = assignedValue(assignment, this);
      this.trace([value]);
      this.assignments.push({ value, ...(this.frame ?? { pos: assignment.pos, end: assignment.end }) });
      const former =
        assignment.append === true || assignment.index !== undefined
          ? this.variables.get(assignment.name)
          : undefined;
      this.assign(assignment.name, former === undefined ? value : concat([former, value]));
      if (assignment.value.type === 'ArrayValue') {
        const elements = assignment.value.elements.flatMap((element) => this.fields(element));
        const before = assignment.append === true ? (this.lists.get(assignment.name) ?? []) : [];
        this.spend([...before, ...elements]);
        this.lists.set(assignment.name, [...before, ...elements]);
      }
    }
  }

  /** Sends a value to a stream; what reaches the log or the summary with a label on it is a leak. */
  write(sink: Sink, value: Value, call: Pick<Call, 'name' | 'node'>): void {
    switch (sink.kind) {
      case 'null':
        return;
      case 'capture':
        sink.values.push(value);
        return;
      case 'file':
        if (value.labels.size > 0) this.labelled += 1;
        addToFile(sink.key, value, this.handover);
        return;
      case 'handover':
        handOver(sink, value, this.script.step.id, this.handover);
        return;
      case 'log':
      case 'summary':
        this.leak('print', sink.kind, value.labels, call.name, call.node);
    }
  }

  leak(
    kind: Leak['kind'],
    sink: Leak['sink'],
    labels: ReadonlySet<Label>,
    command: string,
    node: { pos: number; end: number },
  ): void {
    if (labels.size === 0) return;
    const { pos, end } = kind === 'trace' ? node : (this.frame ?? node);
    const key = `${kind} ${sink} ${pos} ${[...labels].join(' ')}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    const inlined = this.script.embedded.some(
      ({ start, end: stop, source }) => start >= pos && stop <= end && /\bsecrets\s*[.[]/.test(source),
    );
    this.leaks.push({ kind, sink, labels, command, inlined, script: this.script, pos, end });
  }

  /**
   * Counts what is kept: a script of a few lines can double a value until no machine holds it.
   * @throws RangeError when the scripts of a file come to more than any keeps.
   */
  protected spend(values: readonly Value[]): void {
    const { workflow } = this.script.step.job;
    let sum = spent.get(workflow) ?? 0;
    for (const { text, labels, names } of values) sum += text.length + EACH * (1 + labels.size + names.size);
    if (sum > MOST_CHARACTERS) throw new RangeError('the values of its scripts grow too large');
    spent.set(workflow, sum);
  }

  /** With `set -x` every value that is used is printed. */
  protected trace(values: readonly Value[]): void {
    if (this.xtrace !== undefined)
      this.leak('trace', 'log', union(values.map((value) => value.labels)), 'set -x', this.xtrace);
  }

  /** The words one word becomes: `"$@"`, `"${list[@]}"` and unquoted variables may become several. */
  protected fields(word: Word): Value[] {
    const only = word.parts?.length === 1 ? word.parts[0] : undefined;
    const inner = only?.type === 'DoubleQuoted' && only.parts.length === 1 ? only.parts[0] : only;
    if (inner?.type === 'SimpleExpansion' && /^\$[@*]$/.test(inner.text)) return this.positional();
    if (
      inner?.type === 'ParameterExpansion' &&
      inner.operation === undefined &&
      /^[@*]$/.test(inner.index?.text ?? '')
    ) {
      const list = this.lists.get(inner.parameter);
      if (list !== undefined) return list;
    }
    const value = wordValue(word, this);
    const unquoted = only?.type === 'SimpleExpansion' || only?.type === 'ParameterExpansion';
    if (!unquoted || !isResolved(value.text) || !/\s/.test(value.text.trim())) return [value];
    const fields = value.text
      .trim()
      .split(/\s+/)
      .map((text) => ({ ...value, text }));
    this.spend(fields);
    return fields;
  }

  /** Gives `$1`, `$2`, … and `$@` new values, and the values they had. */
  protected setPositional(values: readonly Value[]): Value[] {
    const former = this.variables.has('1') ? this.positional() : [];
    for (let index = 1; index <= Math.max(former.length, values.length); index += 1) {
      const value = values[index - 1];
      if (value === undefined) this.variables.delete(String(index));
      else this.variables.set(String(index), value);
      this.named.delete(String(index));
    }
    const all = values.length === 0 ? EMPTY : concat(values, ' ');
    for (const name of ['@', '*']) {
      this.variables.set(name, all);
      this.named.delete(name);
    }
    return former;
  }

  private positional(): Value[] {
    const values: Value[] = [];
    for (let index = 1; ; index += 1) {
      const value = this.variables.get(String(index));
      if (value === undefined) return values.length === 0 ? [this.variable('@')] : values;
      values.push(value);
    }
  }
}
