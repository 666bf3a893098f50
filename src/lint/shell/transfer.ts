import { isControlPlaneRequest } from '../control-plane.ts';
import type { Call } from './commands.ts';
import type { Transfer } from './curl.ts';
import { sinkFor } from './sink.ts';
import type { ShellState } from './state.ts';
import { STATUS, literal, unresolved, type Label, type Value } from './value.ts';

/** An answer of the control plane, as a call gives it. */
export function answer(call: Call): Value {
  return {
    text: unresolved(`answer ${call.node.pos}`),
    labels: new Set<Label>(['answer']),
    names: new Set(),
  };
}

/** Sends the answer of a control-plane request where its options say. */
export function transfer(request: Transfer, call: Call, shell: ShellState): void {
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
