import type {
  Command,
  CompoundList,
  Function as FunctionNode,
  ParsedScript,
  PipelineNode,
  AndOr,
  Statement,
  TestExpression,
  Word,
} from 'unbash';
import { runBuiltin, type Call } from './commands.ts';
import { parseShell } from './parse.ts';
import { redirected } from './redirect.ts';
import { LOG, addToFile, fileKey, type Sink, type Streams } from './sink.ts';
import { ShellState } from './state.ts';
import { unwrap } from './unwrap.ts';
import { EMPTY, concat, either, literal, unresolved, type Value } from './value.ts';
import { assignedValue, wordValue } from './words.ts';

type Node = PipelineNode | AndOr | CompoundList | ParsedScript | Statement;

/** Commands one script may run before it is given up; loops run twice, so nothing honest comes near. */
const MOST_COMMANDS = 20_000;
const DEEPEST_CALL = 8;

/**
 * Follows the values of one script without running it: every branch is taken, a loop twice, and what may carry a
 * label carries it. Assignments in a branch add to what was known, those outside replace it.
 */
export class Interpreter extends ShellState {
  private readonly functions = new Map<string, FunctionNode>();
  private readonly traps: { readonly text: Value; readonly node: { pos: number; end: number } }[] = [];
  private depth = 0;
  private ran = 0;

  run(): void {
    const streams: Streams = { stdin: EMPTY, out: LOG, err: LOG };
    this.exec(this.script.ast, streams);
    for (const { text, node } of this.traps) this.runText(text, streams, node);
  }

  /** Keeps what `trap` runs for the end, when everything it may let out is there. */
  trap(text: Value, node: { pos: number; end: number }): void {
    this.traps.push({ text, node });
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

  /** Runs a string as a script: `eval`, `bash -c`, `trap`. */
  runText(text: Value, streams: Streams, node: { pos: number; end: number }): void {
    if (this.depth >= DEEPEST_CALL) return;
    const outer = this.frame;
    this.frame ??= node;
    this.depth += 1;
    this.exec(parseShell(text.text).ast, streams);
    this.depth -= 1;
    this.frame = outer;
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
        this.exec(node.command, redirected(streams, node.redirects, this));
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
    const streams = redirected(outer, node.redirects, this);
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
    this.spend(words);
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

  private callFunction(body: FunctionNode, call: Call): void {
    const former = this.setPositional(call.args);
    this.depth += 1;
    this.exec(body.body, call.streams);
    this.depth -= 1;
    this.setPositional(former);
  }
}
