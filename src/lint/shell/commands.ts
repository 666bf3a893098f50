import type { Command } from 'unbash';
import { isControlPlaneRequest } from '../control-plane.ts';
import { curlTransfer, wgetTransfer, type Transfer } from './curl.ts';
import type { Interpreter } from './interpreter.ts';
import { jqOutput } from './jq.ts';
import { addToFile, fileKey, fileValue, sinkFor, type Streams } from './sink.ts';
import {
  EMPTY,
  STATUS,
  endsWithStatus,
  concat,
  derived,
  isResolved,
  literal,
  union,
  unresolved,
  type Label,
  type Value,
} from './value.ts';

/** A command with its words known, about to run. */
export interface Call {
  readonly name: string;
  readonly args: readonly Value[];
  readonly streams: Streams;
  readonly node: Pick<Command, 'pos' | 'end'>;
}

/** Commands that print what they read. */
const FILTERS = new Set([
  'cat',
  'head',
  'tail',
  'tac',
  'nl',
  'sort',
  'uniq',
  'sed',
  'awk',
  'gawk',
  'mawk',
  'cut',
  'tr',
  'column',
  'fold',
  'fmt',
  'xxd',
  'od',
  'hexdump',
  'base64',
  'strings',
  'rev',
  'paste',
  'pr',
  'yq',
  'fx',
  'gron',
  'expand',
  'less',
  'more',
  'bat',
  'dd',
  'iconv',
  'zcat',
  'gunzip',
  'gzip',
  'shuf',
  'ts',
  'pv',
  'diff',
  'grep',
  'egrep',
  'fgrep',
  'rg',
  'tee',
  'perl',
]);
/** Commands of the shell itself: their arguments never show in a list of processes. */
const BUILTINS = new Set([
  'echo',
  'printf',
  'test',
  '[',
  '[[',
  ':',
  'true',
  'false',
  'read',
  'mapfile',
  'readarray',
  'export',
  'declare',
  'typeset',
  'local',
  'readonly',
  'set',
  'unset',
  'shift',
  'exit',
  'return',
  'eval',
  'trap',
  'source',
  '.',
  'cd',
  'exec',
  'case',
  'let',
  'wait',
  'type',
  'hash',
  'getopts',
]);

/** What a command does with the values it is given: variables it sets, files it writes, what it prints. */
export function runBuiltin(call: Call, shell: Interpreter): void {
  const { name, args, streams } = call;
  const print = (value: Value) => shell.write(streams.out, value, call);
  if (name !== '' && !BUILTINS.has(name)) argumentLeak(call, shell);
  switch (name) {
    case 'echo':
      print(echoed(args));
      return;
    case 'printf':
      if (args[0]?.text === '-v') shell.assign(args[1]?.text ?? '', concat(args.slice(2), ' '));
      else print(echoed(args));
      return;
    case 'read':
      for (const variable of readNames(args))
        shell.assign(variable, derived(streams.stdin, `read ${variable}`));
      return;
    case 'mapfile':
    case 'readarray': {
      const target = args.at(-1)?.text ?? '';
      shell.assign(
        target === '' || target.startsWith('-') ? 'MAPFILE' : target,
        derived(streams.stdin, `read ${target}`),
      );
      return;
    }
    case 'set':
      setOptions(call, shell);
      return;
    case 'eval':
      if (args.length > 0) shell.runText(concat(args, ' '), streams, call.node);
      return;
    case 'trap':
      if (args.length > 1 && args[0] !== undefined && isResolved(args[0].text))
        shell.trap(args[0], call.node);
      return;
    case 'bash':
    case 'sh':
    case 'dash':
      runShell(call, shell);
      return;
    case 'curl':
      transfer(curlTransfer(args), call, shell);
      return;
    case 'wget':
      transfer(wgetTransfer(args), call, shell);
      return;
    case 'http':
    case 'https':
    case 'xh':
      if (isControlPlaneRequest(args, shell.settings.production)) print(answer(call));
      return;
    case 'jq':
      print(jqPrinted(call, shell));
      return;
    case 'cp':
    case 'mv':
    case 'ln':
    case 'install': {
      const files = args.filter((argument) => !argument.text.startsWith('-'));
      const target = files.at(-1);
      if (target !== undefined)
        for (const from of files.slice(0, -1))
          addToFile(fileKey(target), fileValue(fileKey(from), shell.handover), shell.handover);
      return;
    }
    case 'python':
    case 'python3':
      if (args[0]?.text === '-m' && args[1]?.text === 'json.tool') print(filtered(call, shell));
      return;
    case 'env':
    case 'printenv':
      print(shell.environment(args));
      return;
    case 'xargs':
      // It hands on what it reads; only some of the programs it runs print that.
      if (
        args.every(({ text }) => text.startsWith('-')) ||
        args.some(({ text }) => /^(echo|printf|cat)$/.test(text))
      )
        print(streams.stdin);
      return;
    default:
      if (!FILTERS.has(name) || editsInPlace(call)) return;
  }
  if (
    /grep|^rg$/.test(name) &&
    args.some(({ text }) =>
      /^(-[a-zA-Z]*[qclL]|--quiet|--silent|--count|--files-with(out)?-match(es)?)/.test(text),
    )
  )
    return;
  const value = filtered(call, shell);
  if (name === 'tee') {
    for (const file of args) if (!file.text.startsWith('-')) shell.write(sinkFor(file), value, call);
  }
  print(value);
}

/** `echo` of a mask command hides what it names. */
function echoed(args: readonly Value[]): Value {
  const words = args.filter((argument) => !/^-[neE]+$/.test(argument.text));
  if (/^['"]?::add-mask::/.test(words[0]?.text ?? '')) return EMPTY;
  return words.length === 0 ? EMPTY : concat(words, ' ');
}

function readNames(args: readonly Value[]): string[] {
  const names: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const text = args[index]?.text ?? '';
    if (/^-[a-zA-Z]*[pdtnuNi]$/.test(text)) index += 1;
    else if (!text.startsWith('-')) names.push(text);
  }
  return names.length === 0 ? ['REPLY'] : names;
}

function setOptions(call: Call, shell: Interpreter): void {
  call.args.forEach(({ text }, index) => {
    if (/^-[a-zA-Z]*x/.test(text) || (/^-[a-zA-Z]*o$/.test(text) && call.args[index + 1]?.text === 'xtrace'))
      shell.xtrace = call.node;
    if (
      /^\+[a-zA-Z]*x/.test(text) ||
      (/^\+[a-zA-Z]*o$/.test(text) && call.args[index + 1]?.text === 'xtrace')
    )
      shell.xtrace = undefined;
  });
}

function runShell(call: Call, shell: Interpreter): void {
  const flag = call.args.findIndex(({ text }) => /^-[a-z]*c$/.test(text));
  const text =
    flag === -1
      ? call.args.some((argument) => !argument.text.startsWith('-'))
        ? undefined
        : call.streams.stdin
      : call.args[flag + 1];
  if (text === undefined) return;
  const xtrace = shell.xtrace;
  if (call.args.some((argument) => /^-[a-z]*x/.test(argument.text))) shell.xtrace = call.node;
  shell.runText(text, { ...call.streams, stdin: EMPTY }, call.node);
  shell.xtrace = xtrace;
}

function answer(call: Call): Value {
  return {
    text: unresolved(`answer ${call.node.pos}`),
    labels: new Set<Label>(['answer']),
    names: new Set(),
  };
}

function transfer(request: Transfer, call: Call, shell: Interpreter): void {
  if (!isControlPlaneRequest(call.args, shell.settings.production)) return;
  if (shell.xtrace !== undefined)
    shell.leak('trace', 'log', new Set<Label>(['answer']), 'set -x', shell.xtrace);
  const plain = answer(call);
  const behind = request.output === undefined ? request.writeOut?.text.replaceAll('\\n', '\n') : undefined;
  const body =
    behind === undefined
      ? plain
      : { ...plain, text: plain.text + behind.replace(/%\{(http|response)_code\}/, STATUS) };
  if (request.verbose) shell.write(call.streams.err, body, { ...call, name: `${call.name} -v` });
  const sink = request.output === undefined ? call.streams.out : sinkFor(request.output);
  shell.write(sink.kind === 'log' && request.output !== undefined ? call.streams.out : sink, body, call);
  if (request.headersTo !== undefined) shell.write(sinkFor(request.headersTo), body, call);
  // The status code alone says nothing.
  if (request.output !== undefined && request.writeOut !== undefined)
    shell.write(call.streams.out, literal(unresolved(`status ${call.node.pos}`)), call);
}

/** `sed -i` and its like write into the file and print nothing. */
function editsInPlace({ name, args }: Call): boolean {
  return (
    /^(sed|perl|yq|gawk|sort)$/.test(name) &&
    args.some(({ text }) => (name === 'sort' ? /^-o/ : /^(-[a-zA-Z]*i|--in-?place)/).test(text))
  );
}

/** What a filter prints: what it reads, be it standard input or its operands, and what its own words hold. */
function filtered(call: Call, shell: Interpreter): Value {
  const files = call.args.flatMap((argument) => shell.handover.files.get(fileKey(argument)) ?? []);
  const readsFiles =
    files.length > 0 ||
    (call.name === 'cat' && call.args.some(({ text }) => text !== '-' && !text.startsWith('-')));
  const words =
    call.name === 'cat' || call.name === 'tee' ? [] : call.args.map((argument) => argument.labels);
  const labels = union([...files, ...words, ...(readsFiles ? [] : [call.streams.stdin.labels])]);
  if (readsFiles) return { text: unresolved(`filtered ${call.node.pos}`), labels, names: new Set() };
  // `tail -n 1` of a body with the status code behind it.
  const last =
    call.name === 'tail' && /^-(n ?)?1$/.test(call.args.map((argument) => argument.text).join(' '));
  if (last && endsWithStatus(call.streams.stdin.text, true))
    return literal(unresolved(`status ${call.node.pos}`));
  return { text: call.streams.stdin.text, labels, names: new Set() };
}

function jqPrinted(call: Call, shell: Interpreter): Value {
  const variables = new Map<string, ReadonlySet<Label>>();
  const operands: Value[] = [];
  let fromFile = false;
  let nullInput = false;
  for (let index = 0; index < call.args.length; index += 1) {
    const word = call.args[index] as Value;
    const long = /^--(arg|argjson|slurpfile|rawfile)$/.exec(word.text);
    if (long !== null) {
      const [name, value] = [call.args[index + 1]?.text ?? '', call.args[index + 2] ?? EMPTY];
      const file = long[1] === 'slurpfile' || long[1] === 'rawfile';
      variables.set(name, file ? fileValue(fileKey(value), shell.handover).labels : value.labels);
      index += 2;
    } else if (word.text === '--indent' || word.text === '-L') {
      index += 1;
    } else if (/^(--from-file|-[a-zA-Z]*f)$/.test(word.text)) {
      fromFile = true;
      index += 1;
    } else if (word.text.startsWith('-') && word.text.length > 1) {
      nullInput ||= /^(--null-input|-[a-zA-Z]*n)/.test(word.text);
    } else {
      operands.push(word);
    }
  }
  const program = fromFile ? undefined : operands.shift();
  const files = operands.map((file) => fileValue(fileKey(file), shell.handover).labels);
  const input = nullInput
    ? new Set<Label>()
    : union([...files, ...(operands.length === 0 ? [call.streams.stdin.labels] : [])]);
  const known = program !== undefined && isResolved(program.text);
  const labels = known ? jqOutput(program.text, input, variables) : union([input, ...variables.values()]);
  return {
    text: unresolved(`jq ${call.node.pos}`),
    labels: union([labels, program?.labels ?? new Set<Label>()]),
    names: new Set(),
  };
}

/** A secret on the command line of a program stands in the list of processes. */
function argumentLeak(call: Call, shell: Interpreter): void {
  const labels = [...union(call.args.map((argument) => argument.labels))].filter((label) =>
    label.startsWith('secret:'),
  );
  shell.leak('argument', 'log', new Set(labels), call.name, call.node);
}
