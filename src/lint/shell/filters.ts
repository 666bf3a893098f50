import type { Call } from './commands.ts';
import { fileKey } from './sink.ts';
import type { ShellState } from './state.ts';
import { endsWithStatus, literal, union, unresolved, type Value } from './value.ts';

/** Commands that print what they read. */
export const FILTERS = new Set([
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
/** `sed -i` and its like write into the file and print nothing. */
export function editsInPlace({ name, args }: Call): boolean {
  return (
    /^(sed|perl|yq|gawk|sort)$/.test(name) &&
    args.some(({ text }) => (name === 'sort' ? /^-o/ : /^(-[a-zA-Z]*i|--in-?place)/).test(text))
  );
}

/** What a filter prints: what it reads, be it standard input or its operands, and what its own words hold. */
export function filtered(call: Call, shell: ShellState): Value {
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
