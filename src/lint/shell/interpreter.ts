import type {
  Assignment,
  Command,
  CompoundList,
  Function as FunctionNode,
  ParsedScript,
  PipelineNode,
  AndOr,
  Redirection,
  Statement,
  TestExpression,
  Word,
} from 'unbash';
import { parse } from 'unbash';
import type { Settings } from '../settings.ts';
import { runBuiltin, type Call } from './commands.ts';
import type { AssignmentRun, CommandRun, Handover, Leak, Lookup } from './flow.ts';
import { LOG, addToFile, fileKey, fileValue, handOver, sinkFor, type Sink, type Streams } from './sink.ts';
import type { Script } from './script.ts';
import { unwrap } from './unwrap.ts';
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
import { assignedValue, partsValue, wordValue, type WordSetting } from './words.ts';

type Node = PipelineNode | AndOr | CompoundList | ParsedScript | Statement;

/** Commands one script may run before it is given up; loops run twice, so nothing honest comes near. */
const MOST_COMMANDS = 20_000;
const DEEPEST_CALL = 8;

interface Start {
  readonly script: Script;
  readonly env: ReadonlyMap<string, Value>;
  readonly handover: Handover;
  readonly settings: Settings;
  readonly lookup: Lookup;
}

/**
 * Follows the values of one script without running it: every branch is taken, a loop twice, and what may carry a
 * label carries it. Assignments in a branch add to what was known, those outside replace it.
 */
export class Interpreter implements WordSetting {
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
  private readonly variables: Map<string, Value>;
  /** Variables as words see them: with their own name among the names. */
  private readonly named = new Map<string, Value>();
  /** Counts what came to carry a label: a loop that adds none need not run again. */
  private labelled = 0;
  /** Elements of arrays. */
  private readonly lists = new Map<string, Value[]>();
  private readonly functions = new Map<string, FunctionNode>();
  private readonly seen = new Set<string>();
  private readonly traps: { readonly text: Value; readonly node: { pos: number; end: number } }[] = [];
  /** Position every node of a string run by `eval` or `bash -c` is reported at. */
  private frame: { readonly pos: number; readonly end: number } | undefined;
  private branches = 0;
  private depth = 0;
  private ran = 0;

  constructor(start: Start) {
    this.script = start.script;
    this.settings = start.settings;
    this.handover = start.handover;
    this.lookup = start.lookup;
    this.variables = new Map(start.env);
    if (/(^|\s)-[a-z]*x/.test(start.script.step.shell ?? '')) this.xtrace = { pos: 0, end: 1 };
  }

  run(): void {
    const streams: Streams = { stdin: EMPTY, out: LOG, err: LOG };
    this.exec(this.script.ast, streams);
    for (const { text, node } of this.traps) this.runText(text, streams, node);
  }

  /** Keeps what `trap` runs for the end, when everything it may let out is there. */
  trap(text: Value, node: { pos: number; end: number }): void {
    this.traps.push({ text, node });
  }

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

  capture(script: ParsedScript | undefined, pos: number): Value {
    if (script === undefined) return literal(unresolved(`substitution ${pos}`));
    const values: Value[] = [];
    this.isolated(() => this.exec(script, { stdin: EMPTY, out: { kind: 'capture', values }, err: LOG }));
    if (values.length === 0) return literal(unresolved(`substitution ${pos}`));
    const printed = concat(values);
    return { ...printed, text: printed.text.replace(/\n+$/, '') };
  }

  processFile(script: ParsedScript | undefined, pos: number, operator: '<' | '>'): Value {
    const name = literal(unresolved(`process ${pos}`));
    if (operator === '<') addToFile(fileKey(name), this.capture(script, pos), this.handover);
    else if (script !== undefined)
      this.isolated(() => this.exec(script, { stdin: EMPTY, out: LOG, err: LOG }));
    return name;
  }

  /** Gives a variable a value; in a branch or a subshell the former value may still stand. */
  assign(name: string, value: Value): void {
    const former = this.variables.get(name);
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

  /** Runs a string as a script: `eval`, `bash -c`, `trap`. */
  runText(text: Value, streams: Streams, node: { pos: number; end: number }): void {
    if (this.depth >= DEEPEST_CALL) return;
    const outer = this.frame;
    this.frame ??= node;
    this.depth += 1;
    this.exec(parse(text.text), streams);
    this.depth -= 1;
    this.frame = outer;
  }

  private trace(values: readonly Value[]): void {
    if (this.xtrace !== undefined)
      this.leak('trace', 'log', union(values.map((value) => value.labels)), 'set -x', this.xtrace);
  }

  /** Options set inside do not last, and assignments may not. */
  private isolated(body: () => void): void {
    const xtrace = this.xtrace;
    this.branches += 1;
    body();
    this.branches -= 1;
    this.xtrace = xtrace;
  }

  private branch(body: () => void): void {
    this.branches += 1;
    body();
    this.branches -= 1;
  }

  private exec(node: Node | undefined, streams: Streams): void {
    if (node === undefined || this.ran > MOST_COMMANDS) return;
    this.ran += 1;
    switch (node.type) {
      case 'Script':
      case 'CompoundList':
        for (const statement of node.commands) this.exec(statement, streams);
        return;
      case 'Statement':
        this.exec(node.command, streams);
        return;
      case 'AndOr':
        node.commands.forEach((command, index) =>
          index === 0 ? this.exec(command, streams) : this.branch(() => this.exec(command, streams)),
        );
        return;
      case 'Pipeline':
        this.pipeline(node.commands, node.operators, streams);
        return;
      case 'Command':
        this.command(node, streams);
        return;
      case 'Redirected':
        this.exec(node.command, this.redirect(streams, node.redirects));
        return;
      case 'Subshell':
        this.isolated(() => this.exec(node.body, streams));
        return;
      case 'BraceGroup':
        this.exec(node.body, streams);
        return;
      case 'Function':
        this.functions.set(node.name.value, node);
        return;
      case 'If':
        this.exec(node.clause, streams);
        for (const part of [node.then, ...node.elif.flatMap((elif) => [elif.clause, elif.then]), node.else]) {
          this.branch(() => this.exec(part, streams));
        }
        return;
      case 'While':
        this.loop(() => {
          this.exec(node.clause, streams);
          this.exec(node.body, streams);
        });
        return;
      case 'For':
      case 'Select': {
        const words =
          node.wordlist === undefined
            ? [this.variable('@')]
            : node.wordlist.map((word) => wordValue(word, this));
        const [first = EMPTY, ...others] = words;
        this.assign(
          node.name.value,
          others.length === 0
            ? first
            : { ...either(first, ...others), text: unresolved(`$${node.name.value}`) },
        );
        this.loop(() => this.exec(node.body, streams));
        return;
      }
      case 'ArithmeticFor':
        this.loop(() => this.exec(node.body, streams));
        return;
      case 'Case':
        this.trace([wordValue(node.word, this)]);
        for (const item of node.items) this.branch(() => this.exec(item.body, streams));
        return;
      case 'TestCommand':
        this.trace(this.testWords(node.expression).map((word) => wordValue(word, this)));
        return;
      case 'ArithmeticCommand':
        return;
      case 'Coproc':
        this.exec(node.body, streams);
    }
  }

  /** Twice: what the first round leaves in a variable or a file the second may let out. */
  private loop(body: () => void): void {
    const before = this.labelled;
    this.branch(body);
    if (this.labelled > before && this.depth === 0 && this.branches < 3) this.branch(body);
  }

  private pipeline(commands: readonly Node[], operators: readonly string[], streams: Streams): void {
    let stdin = streams.stdin;
    commands.forEach((command, index) => {
      if (index === commands.length - 1) {
        this.isolated(() => this.exec(command, { ...streams, stdin }));
        return;
      }
      const values: Value[] = [];
      const pipe: Sink = { kind: 'capture', values };
      this.isolated(() =>
        this.exec(command, { stdin, out: pipe, err: operators[index] === '|&' ? pipe : streams.err }),
      );
      stdin = values.length === 0 ? EMPTY : concat(values, '\n');
    });
  }

  private testWords(expression: TestExpression): Word[] {
    switch (expression.type) {
      case 'TestUnary':
        return [expression.operand];
      case 'TestBinary':
        return [expression.left, expression.right];
      case 'TestLogical':
        return expression.operands.flatMap((operand) => this.testWords(operand));
      case 'TestNot':
        return this.testWords(expression.operand);
      case 'TestGroup':
        return this.testWords(expression.expression);
    }
  }

  private command(node: Command, outer: Streams): void {
    const prefix = node.prefix.filter((part) => part.type === 'Assignment');
    const streams = this.redirect(outer, node.redirects);
    if (node.name === undefined) {
      this.assignAll(prefix);
      // `$(< file)`
      if (prefix.length === 0 && node.redirects.length > 0)
        this.write(streams.out, streams.stdin, { name: '<', node });
      return;
    }
    const assignments = node.args.filter((part) => part.type === 'Assignment');
    const words = [
      ...this.fields(node.name),
      ...node.args.flatMap((part) => (part.type === 'Word' ? this.fields(part) : [literal(part.text)])),
    ];
    this.trace([...words, ...prefix.map((part) => assignedValue(part, this))]);
    if (assignments.length > 0) this.assignAll(assignments);
    const { name, words: command, bounded } = unwrap(words);
    const call: Call = { name, args: command.slice(1), streams, node };
    const body = this.functions.get(name);
    if (body !== undefined && this.depth < DEEPEST_CALL) {
      this.callFunction(body, call);
      return;
    }
    const place = this.frame ?? node;
    this.commands.push({
      name,
      words: command,
      stdin: streams.stdin,
      bounded,
      script: this.script,
      pos: place.pos,
      end: place.end,
    });
    runBuiltin(call, this);
  }

  /** The words one word becomes: `"$@"`, `"${list[@]}"` and unquoted variables may become several. */
  private fields(word: Word): Value[] {
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
    return value.text
      .trim()
      .split(/\s+/)
      .map((text) => ({ ...value, text }));
  }

  private positional(): Value[] {
    const values: Value[] = [];
    for (let index = 1; ; index += 1) {
      const value = this.variables.get(String(index));
      if (value === undefined) return values.length === 0 ? [this.variable('@')] : values;
      values.push(value);
    }
  }

  private callFunction(body: FunctionNode, call: Call): void {
    const saved = new Map([...this.variables].filter(([name]) => /^(\d+|[@*])$/.test(name)));
    const set = (name: string, value: Value) => {
      this.variables.set(name, value);
      this.named.delete(name);
    };
    for (const name of saved.keys()) this.variables.delete(name);
    call.args.forEach((value, index) => set(String(index + 1), value));
    const all = call.args.length === 0 ? EMPTY : concat(call.args, ' ');
    set('@', all);
    set('*', all);
    this.depth += 1;
    this.exec(body.body, call.streams);
    this.depth -= 1;
    for (const [name, value] of saved) set(name, value);
  }

  private redirect(streams: Streams, redirects: readonly Redirection[]): Streams {
    let { stdin, out, err } = streams;
    for (const redirect of redirects) {
      if (redirect.type === 'HereString') {
        stdin = wordValue(redirect.target, this);
      } else if (redirect.type === 'HereDoc') {
        const { parts, text } = redirect.body;
        stdin =
          parts === undefined
            ? wordValue(
                { type: 'Word', text, value: text, pos: redirect.body.pos, end: redirect.body.end },
                this,
              )
            : partsValue(parts, this);
      } else {
        const descriptor =
          redirect.descriptor?.type === 'FileDescriptor' ? redirect.descriptor.value : undefined;
        const target = wordValue(redirect.target, this);
        if (redirect.operator === '<') stdin = fileValue(fileKey(target), this.handover);
        if (redirect.operator === '<' || redirect.operator === '<&' || redirect.operator === '<>') continue;
        const copied =
          redirect.operator === '>&' && target.text === '1'
            ? out
            : redirect.operator === '>&' && target.text === '2'
              ? err
              : undefined;
        const sink = copied ?? sinkFor(target);
        const both =
          redirect.operator.startsWith('&') ||
          (redirect.operator === '>&' && descriptor === undefined && copied === undefined);
        if (both || (descriptor ?? 1) === 1) out = sink;
        if (both || descriptor === 2) err = sink;
      }
    }
    return { stdin, out, err };
  }
}
