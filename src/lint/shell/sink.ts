import type { Handover } from './flow.ts';
import { derived, either, literal, union, type Value } from './value.ts';

/** Where a stream of a command goes. */
export type Sink =
  | { readonly kind: 'log' | 'summary' | 'null' }
  | { readonly kind: 'file'; readonly key: string }
  | { readonly kind: 'handover'; readonly to: 'environment' | 'outputs'; open: string | undefined }
  | { readonly kind: 'capture'; readonly values: Value[] };

export const LOG: Sink = { kind: 'log' };

/** The standard streams of a command, and what it reads. */
export interface Streams {
  readonly stdin: Value;
  readonly out: Sink;
  readonly err: Sink;
}

const TERMINALS = new Set([
  '/dev/stdout',
  '/dev/stderr',
  '/dev/tty',
  '/dev/fd/1',
  '/dev/fd/2',
  '/proc/self/fd/1',
  '/proc/self/fd/2',
  '-',
]);

/** The sink a redirection to this target opens. */
export function sinkFor(target: Value): Sink {
  if (target.text === '/dev/null') return { kind: 'null' };
  if (TERMINALS.has(target.text)) return LOG;
  for (const name of target.names) {
    if (/^(GITHUB|GITEA|FORGEJO)_STEP_SUMMARY$/.test(name)) return { kind: 'summary' };
    if (/^(GITHUB|GITEA|FORGEJO)_ENV$/.test(name))
      return { kind: 'handover', to: 'environment', open: undefined };
    if (/^(GITHUB|GITEA|FORGEJO)_OUTPUT$/.test(name))
      return { kind: 'handover', to: 'outputs', open: undefined };
  }
  return { kind: 'file', key: fileKey(target) };
}

/** How a file is known: its path, as far as it can be known. */
export function fileKey(path: Value): string {
  return path.text.replace(/^(\.\/)+/, '');
}

/** Stores `NAME=value` (or `NAME<<END` and the lines after it) written to `GITHUB_ENV` or `GITHUB_OUTPUT`. */
export function handOver(
  sink: Extract<Sink, { kind: 'handover' }>,
  value: Value,
  stepId: string | undefined,
  handover: Handover,
): void {
  const start = /^\s*([A-Za-z_][\w-]*)(=|<<)/.exec(value.text);
  const name = start?.[1] ?? sink.open;
  sink.open = start?.[2] === '<<' ? start[1] : start === null ? sink.open : undefined;
  if (name === undefined) return;
  const store = sink.to === 'environment' ? handover.environment : handover.outputs;
  const key = sink.to === 'environment' ? name : `${(stepId ?? '').toLowerCase()}.${name.toLowerCase()}`;
  const rest =
    start?.[2] === '=' ? { ...value, text: value.text.slice(start[0].length) } : derived(value, key);
  const earlier = store.get(key);
  store.set(key, earlier === undefined || earlier.labels.size === 0 ? rest : either(rest, earlier));
}

/** What reading a file gives. */
export function fileValue(key: string, handover: Handover): Value {
  const labels = handover.files.get(key);
  return labels === undefined
    ? literal(`\uFFFCfile ${key}\uFFFC`)
    : { ...literal(`\uFFFCfile ${key}\uFFFC`), labels };
}

export function addToFile(key: string, value: Value, handover: Handover): void {
  if (value.labels.size > 0)
    handover.files.set(key, union([handover.files.get(key) ?? new Set(), value.labels]));
}
