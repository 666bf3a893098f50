import type {
  AndOr,
  Command,
  CompoundList,
  Function as FunctionNode,
  ParsedScript,
  PipelineNode,
  Statement,
} from 'unbash';
import { evaluateArithmetic } from './judge-arithmetic.ts';
import { done, knownCommand, type Outcome, type Status } from './judge-commands.ts';
import { globMatches, testExpression } from './judge-test.ts';
import { followed, JudgeWords, type Text } from './judge-words.ts';
import type { Script } from './script.ts';
import type { Setting } from '../expression/evaluate.ts';

type Node = PipelineNode | AndOr | CompoundList | ParsedScript | Statement;

/** How a script ends, taking programs it calls to succeed: `unknown` when that hangs on what one of them says. */
export type Verdict = 'fails' | 'passes' | 'unknown';

const MOST_COMMANDS = 5_000;

/** Thrown by `exit`; the status it ends with. */
class Exit extends Error {
  readonly status: Status;
  constructor(status: Status) {
    super('exit');
    this.status = status;
  }
}
class Return extends Exit {}

/**
 * Judges whether a script fails when the expressions in it have these values. It reads tests, loops, branches,
 * `case`, `grep -q` and functions; a program it does not know is taken to succeed, unless it is given what the
 * question is about, or a branch depends on it: then nobody knows.
 */
export function judgeScript(script: Script, env: ReadonlyMap<string, Text>, setting: Setting): Verdict {
  const judge = new Judge(script, env, setting);
  return judge.verdict();
}

class Judge extends JudgeWords {
  private readonly functions = new Map<string, FunctionNode>();
  private ran = 0;
  private errexit = true;
  private depth = 0;
  /** Whether something unknown may have decided. */
  private doubt = false;

  verdict(): Verdict {
    let status: Status;
    try {
      status = this.exec(this.script.ast, '', false).status;
    } catch (end) {
      if (!(end instanceof Exit)) throw end;
      status = end.status;
      if (status === undefined) this.doubt = true;
    }
    if (status === false) return 'fails';
    return this.doubt ? 'unknown' : 'passes';
  }

  override capture(script: ParsedScript | undefined): Text {
    if (script === undefined) return undefined;
    return this.isolated(() => this.exec(script, '', false)).output?.replace(/\n+$/, '');
  }

  /** A subshell: its `exit` ends only itself. */
  private isolated(body: () => Outcome): Outcome {
    try {
      return body();
    } catch (end) {
      if (!(end instanceof Exit)) throw end;
      return { status: end.status, output: '' };
    }
  }

  private exec(node: Node | undefined, stdin: Text, condition: boolean): Outcome {
    if (node === undefined) return done(true);
    if ((this.ran += 1) > MOST_COMMANDS) throw new Exit(undefined);
    switch (node.type) {
      case 'Script':
      case 'CompoundList':
        return this.list(node.commands, stdin, condition);
      case 'Statement':
        return this.exec(node.command, stdin, condition);
      case 'AndOr':
        return this.chain(node, stdin, condition);
      case 'Pipeline':
        return this.pipeline(
          node.commands,
          node.prefixes.some((prefix) => prefix.type === 'Negation'),
          stdin,
          condition,
        );
      case 'Command':
        return this.command(node, stdin, condition);
      case 'Redirected': {
        const input = node.redirects.find(
          (redirect) => redirect.type === 'HereString' || redirect.type === 'HereDoc',
        );
        return this.exec(
          node.command,
          input === undefined ? this.redirected(node.redirects, stdin) : this.hereText(input),
          condition,
        );
      }
      case 'Subshell':
        return this.isolated(() => this.exec(node.body, stdin, condition));
      case 'BraceGroup':
        return this.exec(node.body, stdin, condition);
      case 'Function':
        this.functions.set(node.name.value, node);
        return done(true);
      case 'If':
        return this.decide(
          [{ clause: node.clause, then: node.then }, ...node.elif],
          node.else,
          stdin,
          condition,
        );
      case 'For': {
        const words =
          node.wordlist === undefined ? [undefined] : node.wordlist.flatMap((word) => this.fields(word));
        return this.each(words, (word) => {
          this.variables.set(node.name.value, word);
          return this.exec(node.body, stdin, condition);
        });
      }
      case 'While':
        return this.whileRead(node.clause, node.body, stdin, condition);
      case 'Case': {
        const word = this.word(node.word);
        if (word === undefined)
          return this.fork(
            node.items.map((item) => () => this.exec(item.body, stdin, condition)).concat(() => done(true)),
          );
        const item = node.items.find(({ pattern }) =>
          pattern.some((part) => globMatches(this.word(part) ?? '', word)),
        );
        return item === undefined ? done(true) : this.exec(item.body, stdin, condition);
      }
      case 'TestCommand':
        return this.checked(testExpression(node.expression, this), condition);
      case 'ArithmeticCommand': {
        const value = evaluateArithmetic(node.expression, this.variables);
        return this.checked(value === undefined ? undefined : value !== 0, condition);
      }
      case 'ArithmeticFor':
      case 'Select':
      case 'Coproc':
        return done(undefined);
    }
  }

  private list(statements: readonly Statement[], stdin: Text, condition: boolean): Outcome {
    let last = done(true);
    let output: Text = '';
    for (const statement of statements) {
      last = this.exec(statement, stdin, condition);
      output = output === undefined || last.output === undefined ? undefined : followed(output + last.output);
      const chain =
        statement.command.type === 'AndOr' ||
        (statement.command.type === 'Pipeline' && statement.command.prefixes.length > 0);
      if (last.status === undefined && last.free !== true && !condition) this.doubt = true;
      if (last.status === false && this.errexit && !condition && !chain) throw new Exit(false);
    }
    return { status: last.status, output };
  }

  private chain(node: AndOr, stdin: Text, condition: boolean): Outcome {
    let outcome = done(true);
    for (const [index, command] of node.commands.entries()) {
      const operator = node.operators[index - 1];
      const last = index === node.commands.length - 1;
      const runs =
        index === 0
          ? true
          : outcome.status === undefined
            ? undefined
            : (operator === '&&') === outcome.status;
      if (runs === false) continue;
      if (runs === undefined) {
        const before = outcome;
        outcome = this.fork([() => before, () => this.exec(command, stdin, condition || !last)]);
        continue;
      }
      outcome = this.exec(command, stdin, condition || !last);
      // `-e` holds for the last command of a chain, not for those before it.
      if (last && outcome.status === false && this.errexit && !condition) throw new Exit(false);
    }
    return outcome;
  }

  private pipeline(commands: readonly Node[], negated: boolean, stdin: Text, condition: boolean): Outcome {
    let outcome: Outcome = { status: true, output: stdin };
    for (const command of commands)
      outcome = this.isolated(() => this.exec(command, outcome.output, condition || commands.length > 1));
    if (!negated) return this.checked(outcome.status, condition, outcome.output);
    return { ...outcome, status: outcome.status === undefined ? undefined : !outcome.status };
  }

  /** A status that nobody knows leaves doubt where it would have ended the script. */
  private checked(status: Status, condition: boolean, output: Text = ''): Outcome {
    if (status === undefined && !condition) this.doubt = true;
    return { status, output };
  }

  private decide(
    branches: readonly { readonly clause: CompoundList; readonly then: CompoundList }[],
    otherwise: CompoundList | undefined,
    stdin: Text,
    condition: boolean,
  ): Outcome {
    const [first, ...rest] = branches;
    if (first === undefined)
      return otherwise === undefined ? done(true) : this.exec(otherwise, stdin, condition);
    const { status } = this.exec(first.clause, stdin, true);
    if (status === true) return this.exec(first.then, stdin, condition);
    if (status === false) return this.decide(rest, otherwise, stdin, condition);
    return this.fork([
      () => this.exec(first.then, stdin, condition),
      () => this.decide(rest, otherwise, stdin, condition),
    ]);
  }

  /** Takes every way; where they end differently nobody knows, and what they set differently is unknown. */
  private fork(ways: readonly (() => Outcome)[]): Outcome {
    const start = new Map(this.variables);
    const results = ways.map((way) => {
      this.variables = new Map(start);
      try {
        return { ended: false, outcome: way(), variables: this.variables };
      } catch (end) {
        if (!(end instanceof Exit)) throw end;
        return { ended: true, outcome: done(end.status), variables: this.variables };
      }
    });
    const ended = results.filter((result) => result.ended);
    if (ended.length === results.length) {
      const [first] = ended;
      throw new Exit(
        ended.every((result) => result.outcome.status === first?.outcome.status)
          ? first?.outcome.status
          : undefined,
      );
    }
    if (ended.length > 0) this.doubt = true;
    const going = results.filter((result) => !result.ended);
    const merged = new Map<string, Text>();
    for (const name of new Set(going.flatMap(({ variables }) => [...variables.keys()]))) {
      const values = new Set(going.map(({ variables }) => variables.get(name)));
      merged.set(name, values.size === 1 ? [...values][0] : undefined);
    }
    this.variables = merged;
    const statuses = new Set(going.map(({ outcome }) => outcome.status));
    return { status: statuses.size === 1 ? [...statuses][0] : undefined, output: undefined };
  }

  private each(words: readonly Text[], body: (word: Text) => Outcome): Outcome {
    let outcome = done(true);
    for (const word of words)
      outcome = word === undefined ? this.fork([() => body(word), () => done(true)]) : body(word);
    return outcome;
  }

  /** `while read x`: once for each line it is given; any other loop may run or not. */
  private whileRead(clause: CompoundList, body: CompoundList, stdin: Text, condition: boolean): Outcome {
    const command = clause.commands[0]?.command;
    const names =
      command?.type === 'Command' && command.name?.value === 'read'
        ? command.args.map((part) => part.text).filter((text) => !text.startsWith('-'))
        : undefined;
    if (names === undefined || stdin === undefined)
      return this.fork([() => this.exec(body, stdin, condition), () => done(true)]);
    return this.each(
      stdin.split('\n').filter((line) => line !== ''),
      (line) => {
        const fields = (line ?? '').trim().split(/\s+/);
        names.forEach((name, index) =>
          this.variables.set(
            name,
            index === names.length - 1 ? fields.slice(index).join(' ') : (fields[index] ?? ''),
          ),
        );
        return this.exec(body, '', condition);
      },
    );
  }

  private command(node: Command, outer: Text, condition: boolean): Outcome {
    for (const part of [...node.prefix, ...node.args]) if (part.type === 'Assignment') this.assign(part);
    if (node.name === undefined) return done(true);
    const stdin = this.redirected(node.redirects, outer);
    const name = this.word(node.name);
    const args = node.args.flatMap((part) => (part.type === 'Word' ? this.fields(part) : []));
    const body = name === undefined ? undefined : this.functions.get(name);
    if (body !== undefined && this.depth < 8) return this.callFunction(body, args, stdin, condition);
    return this.builtin(
      name,
      args,
      stdin,
      node.redirects.some((redirect) => redirect.type === 'Redirect' && redirect.operator.startsWith('>')),
    );
  }

  private callFunction(body: FunctionNode, args: readonly Text[], stdin: Text, condition: boolean): Outcome {
    args.forEach((value, index) => this.variables.set(String(index + 1), value));
    this.variables.set('@', args.includes(undefined) ? undefined : args.join(' '));
    this.depth += 1;
    try {
      return this.exec(body.body, stdin, condition);
    } catch (end) {
      if (end instanceof Return) return done(end.status);
      throw end;
    } finally {
      this.depth -= 1;
    }
  }

  private builtin(name: Text, args: readonly Text[], stdin: Text, redirected: boolean): Outcome {
    if (name === 'exit' || name === 'return') {
      const status = args.length === 0 ? true : args[0] === undefined ? undefined : args[0] === '0';
      throw name === 'exit' ? new Exit(status) : new Return(status);
    }
    if (name === 'set') {
      for (const text of args)
        if (text !== undefined && /^[-+][a-z]*e/.test(text)) this.errexit = text.startsWith('-');
      return done(true);
    }
    const known = knownCommand(name, args, stdin);
    if (known !== undefined) return redirected ? { ...known, output: '' } : known;
    // Somebody else's program that is told the results may well fail because of them.
    if (this.hasResults() || this.isAboutResults([...args, stdin])) {
      this.doubt = true;
      return { status: undefined, output: undefined };
    }
    return { status: undefined, output: undefined, free: true };
  }
}
