import { literal, type Value } from './value.ts';

/** What one `curl` or `wget` does with the answer it gets. Words are those after the command's name. */
export interface Transfer {
  /** Where the body goes; undefined: to standard output. */
  readonly output: Value | undefined;
  /** `-w` of curl. */
  readonly writeOut: Value | undefined;
  /** Whether headers or the exchange itself are printed as well: `-v`, `-i`, `--trace -`. */
  readonly verbose: boolean;
  /** Where headers go, when they go to a file of their own. */
  readonly headersTo: Value | undefined;
  /** Everything that is not an option. */
  readonly operands: readonly Value[];
  /** Values of `-d` and its kin. */
  readonly data: readonly Value[];
}

const SHORT_WITH_VALUE = new Set('AbcCdDeEFhHKmoPQrTtuUwxXyYz');
const LONG_WITH_VALUE = new Set([
  'output',
  'write-out',
  'data',
  'data-raw',
  'data-binary',
  'data-ascii',
  'data-urlencode',
  'json',
  'header',
  'request',
  'url',
  'user',
  'max-time',
  'connect-timeout',
  'retry',
  'retry-delay',
  'retry-max-time',
  'dump-header',
  'user-agent',
  'cacert',
  'capath',
  'cert',
  'key',
  'config',
  'form',
  'form-string',
  'proxy',
  'proxy-user',
  'referer',
  'resolve',
  'range',
  'upload-file',
  'cookie',
  'cookie-jar',
  'limit-rate',
  'interface',
  'trace',
  'trace-ascii',
  'stderr',
  'oauth2-bearer',
  'unix-socket',
  'connect-to',
  'output-dir',
  'tlsv1',
  'ciphers',
  'aws-sigv4',
  'speed-limit',
  'speed-time',
  'max-redirs',
  'max-filesize',
  'url-query',
  'variable',
  'expand-url',
  'expand-header',
  'expand-data',
]);
const LONG_NAMES: Record<string, string> = {
  o: 'output',
  w: 'write-out',
  d: 'data',
  v: 'verbose',
  i: 'include',
  D: 'dump-header',
  O: 'remote-name',
  I: 'head',
};

/** Reads the arguments of `curl`. Options it does not know count as options without a value. */
export function curlTransfer(words: readonly Value[]): Transfer {
  const options = new Map<string, Value[]>();
  const operands: Value[] = [];
  const add = (name: string, value: Value): void => {
    const values = options.get(name);
    if (values === undefined) options.set(name, [value]);
    else values.push(value);
  };
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] as Value;
    const text = word.text;
    const following = () => words[(index += 1)] ?? literal('');
    if (text.startsWith('--') && text.length > 2) {
      const [name = '', ...rest] = text.slice(2).split('=');
      if (LONG_WITH_VALUE.has(name))
        add(name, rest.length > 0 ? { ...word, text: rest.join('=') } : following());
      else add(name, literal(''));
    } else if (text.startsWith('-') && text.length > 1) {
      for (let at = 1; at < text.length; at += 1) {
        const letter = text[at] ?? '';
        const name = LONG_NAMES[letter] ?? letter;
        if (!SHORT_WITH_VALUE.has(letter)) {
          add(name, literal(''));
          continue;
        }
        add(name, at + 1 < text.length ? { ...word, text: text.slice(at + 1) } : following());
        break;
      }
    } else {
      operands.push(word);
    }
  }
  const last = (name: string) => options.get(name)?.at(-1);
  const trace = last('trace') ?? last('trace-ascii');
  return {
    output: last('output') ?? (options.has('remote-name') ? literal('remote-name') : undefined),
    writeOut: last('write-out'),
    verbose:
      options.has('verbose') ||
      options.has('include') ||
      options.has('head') ||
      isStdout(trace) ||
      isStdout(last('dump-header')),
    headersTo: last('dump-header'),
    operands: [...operands, ...(options.get('url') ?? [])],
    data: ['data', 'data-raw', 'data-binary', 'data-ascii', 'data-urlencode', 'json'].flatMap(
      (name) => options.get(name) ?? [],
    ),
  };
}

/** Reads the arguments of `wget`, which writes to a file of its own choice unless told `-O`. */
export function wgetTransfer(words: readonly Value[]): Transfer {
  let output: Value | undefined = literal('wget-output');
  const data: Value[] = [];
  const operands: Value[] = [];
  let verbose = false;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] as Value;
    const match = /^(?:--output-document(?:=(.*))?|-[a-zA-Z]*O(.*))$/s.exec(word.text);
    if (match !== null) {
      const attached = match[1] ?? match[2] ?? '';
      const target = attached !== '' ? { ...word, text: attached } : (words[(index += 1)] ?? literal('-'));
      output = isStdout(target) ? undefined : target;
    } else if (/^--(post|body)-data=/.test(word.text)) {
      data.push(word);
    } else if (/^(-d|--debug|-S|--server-response)$/.test(word.text)) {
      verbose = true;
    } else if (!word.text.startsWith('-')) {
      operands.push(word);
    }
  }
  return { output, writeOut: undefined, verbose, headersTo: undefined, operands, data };
}

function isStdout(value: Value | undefined): boolean {
  return (
    value?.text === '-' ||
    value?.text === '/dev/stdout' ||
    value?.text === '/dev/stderr' ||
    value?.text === '%'
  );
}
