import type { Command } from 'unbash';
import { isControlPlaneRequest } from '../control-plane.ts';
import { curlTransfer, wgetTransfer } from './curl.ts';
import type { Interpreter } from './interpreter.ts';
import { editsInPlace, filtered, FILTERS } from './filters.ts';
import { jqPrinted } from './jq-command.ts';
import { addToFile, fileKey, fileValue, sinkFor, type Streams } from './sink.ts';
import { answer, transfer } from './transfer.ts';
import { EMPTY, concat, derived, isResolved, union, type Value } from './value.ts';

/** A command with its words known, about to run. */
export interface Call {
  readonly name: string;
  readonly args: readonly Value[];
  readonly streams: Streams;
  readonly node: Pick<Command, 'pos' | 'end'>;
}

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

/** A secret on the command line of a program stands in the list of processes. */
function argumentLeak(call: Call, shell: Interpreter): void {
  const labels = [...union(call.args.map((argument) => argument.labels))].filter((label) =>
    label.startsWith('secret:'),
  );
  shell.leak('argument', 'log', new Set(labels), call.name, call.node);
}
