import type { Call } from './commands.ts';
import { jqOutput } from './jq.ts';
import { fileKey, fileValue } from './sink.ts';
import type { ShellState } from './state.ts';
import { EMPTY, isResolved, union, unresolved, type Label, type Value } from './value.ts';

/** What a `jq` command prints: its program and its inputs decide. */
export function jqPrinted(call: Call, shell: ShellState): Value {
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
