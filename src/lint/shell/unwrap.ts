import type { Value } from './value.ts';

/** Commands that run another command, and their options that take a value. */
const WRAPPERS: Record<string, { readonly valued: readonly string[]; readonly operands: number }> = {
  sudo: { valued: ['-u', '-g', '-C', '-h', '-p', '-U'], operands: 0 },
  doas: { valued: ['-u', '-C'], operands: 0 },
  env: { valued: ['-u', '-C', '-S'], operands: 0 },
  time: { valued: ['-f', '-o'], operands: 0 },
  nice: { valued: ['-n'], operands: 0 },
  ionice: { valued: ['-c', '-n', '-p'], operands: 0 },
  nohup: { valued: [], operands: 0 },
  setsid: { valued: [], operands: 0 },
  stdbuf: { valued: ['-i', '-o', '-e'], operands: 0 },
  command: { valued: [], operands: 0 },
  builtin: { valued: [], operands: 0 },
  exec: { valued: ['-a'], operands: 0 },
  timeout: { valued: ['-k', '-s', '--kill-after', '--signal'], operands: 1 },
  gtimeout: { valued: ['-k', '-s', '--kill-after', '--signal'], operands: 1 },
  flock: { valued: ['-w', '-E', '--timeout'], operands: 1 },
};

export interface Unwrapped {
  /** The command's name without its directory; empty when there is none. */
  readonly name: string;
  /** The command and its arguments. */
  readonly words: readonly Value[];
  /** Whether a `timeout` bounds it. */
  readonly bounded: boolean;
}

/** Takes `sudo`, `env X=1`, `timeout 5m` and their like off a command. `command -v x` runs nothing and stays. */
export function unwrap(words: readonly Value[]): Unwrapped {
  let rest = words;
  let bounded = false;
  for (;;) {
    const name = commandName(rest[0]);
    const wrapper = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined;
    if (wrapper === undefined || (name === 'command' && /^-[vV]$/.test(rest[1]?.text ?? '')))
      return { name, words: rest, bounded };
    let index = 1;
    let operands = wrapper.operands;
    for (; index < rest.length; index += 1) {
      const text = rest[index]?.text ?? '';
      if (text === '--') continue;
      if (text.startsWith('-') && text.length > 1) {
        if (wrapper.valued.includes(text)) index += 1;
      } else if (name === 'env' && /^[A-Za-z_]\w*=/.test(text)) {
        continue;
      } else if (operands > 0) {
        operands -= 1;
      } else {
        break;
      }
    }
    if (index >= rest.length) return { name, words: rest, bounded };
    bounded ||= name === 'timeout' || name === 'gtimeout';
    rest = rest.slice(index);
  }
}

export function commandName(word: Value | undefined): string {
  return (word?.text ?? '').replace(/^.*\//s, '');
}
