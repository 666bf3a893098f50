import type { Redirection } from 'unbash';
import { fileKey, fileValue, sinkFor, type Streams } from './sink.ts';
import type { ShellState } from './state.ts';
import { partsValue, wordValue } from './words.ts';

/** The streams of a command once its redirections are done, in order. */
export function redirected(streams: Streams, redirects: readonly Redirection[], state: ShellState): Streams {
  let { stdin, out, err } = streams;
  for (const redirect of redirects) {
    if (redirect.type === 'HereString') {
      stdin = wordValue(redirect.target, state);
    } else if (redirect.type === 'HereDoc') {
      const { parts, text } = redirect.body;
      stdin =
        parts === undefined
          ? wordValue(
              { type: 'Word', text, value: text, pos: redirect.body.pos, end: redirect.body.end },
              state,
            )
          : partsValue(parts, state);
    } else {
      const descriptor =
        redirect.descriptor?.type === 'FileDescriptor' ? redirect.descriptor.value : undefined;
      const target = wordValue(redirect.target, state);
      if (redirect.operator === '<') stdin = fileValue(fileKey(target), state.handover);
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
