import { testWords } from './judge-test.ts';
import type { Text } from './judge-words.ts';

/** `undefined`: it cannot be known. */
export type Status = boolean | undefined;

/** How a command ends. */
export interface Outcome {
  readonly status: Status;
  /** What it prints. */
  readonly output: Text;
  /** A program that has nothing to do with the question: taken to succeed. */
  readonly free?: true;
}

export function done(status: Status): Outcome {
  return { status, output: '' };
}

/** How a command ends whose meaning is known; undefined for any other program. */
export function knownCommand(name: Text, args: readonly Text[], stdin: Text): Outcome | undefined {
  switch (name) {
    case 'true':
    case ':':
    case 'export':
    case 'local':
    case 'declare':
    case 'readonly':
    case 'shopt':
    case 'sleep':
      return done(true);
    case 'false':
      return done(false);
    case 'echo': {
      const words = args.filter((text) => text === undefined || !/^-[neE]+$/.test(text));
      return { status: true, output: words.includes(undefined) ? undefined : `${words.join(' ')}\n` };
    }
    case 'printf':
      return { status: true, output: args.includes(undefined) ? undefined : formatted(args as string[]) };
    case 'test':
    case '[':
      return done(testWords(name === '[' ? args.slice(0, -1) : args));
    case 'cat':
    case 'tee':
    case 'sort':
    case 'tr':
      return { status: true, output: name === 'cat' && args.length === 0 ? stdin : undefined };
    case 'grep':
    case 'egrep':
      return grep(args, stdin);
    case 'jq':
      return { status: jq(args, stdin), output: undefined };
    default:
      return undefined;
  }
}

function formatted(words: readonly string[]): string {
  const [format = '', ...args] = words;
  const plain = format.replaceAll('\\n', '\n');
  if (!/%s/.test(plain)) return plain;
  return (args.length === 0 ? [''] : args).map((argument) => plain.replace(/%s/, argument)).join('');
}

/** `grep` on a known text: its status, with `-q`, `-v`, `-E`, `-F`, `-w`, `-x`, `-i`. */
function grep(args: readonly Text[], stdin: Text): Outcome {
  if (args.includes(undefined) || stdin === undefined) return { status: undefined, output: undefined };
  const words = args as readonly string[];
  const flags = words.filter((word) => word.startsWith('-')).join('');
  const [pattern, ...files] = words.filter((word) => !word.startsWith('-'));
  if (pattern === undefined || files.length > 0) return { status: undefined, output: undefined };
  const source = flags.includes('F')
    ? pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    : pattern.replaceAll('\\|', '|');
  let expression: RegExp;
  try {
    const body = flags.includes('x')
      ? `^(?:${source})$`
      : flags.includes('w')
        ? `\\b(?:${source})\\b`
        : source;
    expression = new RegExp(body, flags.includes('i') ? 'i' : '');
  } catch {
    return { status: undefined, output: undefined };
  }
  const lines = stdin.split('\n').filter((line, index, all) => line !== '' || index < all.length - 1);
  const found = lines.filter((line) => expression.test(line) !== flags.includes('v'));
  return {
    status: found.length > 0,
    output: flags.includes('q') ? '' : found.map((line) => `${line}\n`).join(''),
  };
}

/** The usual questions to the results of `needs`: `all(… == "success")`, `any(… != "success")`. */
function jq(args: readonly Text[], stdin: Text): Status {
  const words = args.filter((word): word is string => word !== undefined);
  const exits = words.some((word) => /^(-[a-z]*e[a-z]*|--exit-status)$/.test(word));
  const program = words.find((word) => !word.startsWith('-')) ?? '';
  if (!exits || stdin === undefined) return exits ? undefined : true;
  const results = [...stdin.matchAll(/"result":\s*"(\w+)"/g)].map((match) => match[1]);
  const listed =
    results.length > 0
      ? results
      : /^\s*\[/.test(stdin)
        ? [...stdin.matchAll(/"(\w+)"/g)].map((match) => match[1])
        : [];
  if (listed.length === 0) return undefined;
  const success = listed.every((result) => result === 'success');
  const compact = program.replace(/\s+/g, '');
  if (
    /^(to_entries\||\[|map\(|\.\[\]|all)/.test(compact) &&
    /\ball\b/.test(compact) &&
    /=="success"/.test(compact) &&
    !/\bor\b/.test(program)
  )
    return success;
  if (/\bany\b/.test(compact) && /!="success"/.test(compact) && !/\band\b/.test(program))
    return /\|not$/.test(compact) ? success : !success;
  return undefined;
}
