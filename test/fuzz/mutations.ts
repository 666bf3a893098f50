import fc from 'fast-check';

/** What a parser expects least, by type. */
const nasty: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1, 0.5, 1e308, -1e308, 2 ** 31, 2 ** 53, 2 ** 53 + 2, 9e15, 1e-300],
  ...['', ' ', '0', '1', 'null', 'true', 'NaN', '-', '.', '..', '../..', '/', '\\', '{slug}', '{sha7}'],
  ...['\u0000', '\u001b[31mred', '\r\n::error::x', '\u202Eabc', '\uD800', '\uFEFF', '💥', 'É', 'ſ', 'İ'],
  ...['__proto__', 'constructor', 'toString', '${{ secrets.X }}', '%00', '<script>', '`x`', '$(x)'],
  ...['x'.repeat(5_000), '9'.repeat(400), ' '.repeat(5_000), '[['.repeat(2_000)],
  ...[[], [[]], [null], {}, { a: {} }, [{}], Array.from({ length: 2_000 }, (_, index) => index)],
];

/** Texts that break parsers of text: those of YAML, shells, expressions, markdown, JSON and logs. */
const pieces: readonly string[] = [
  ...['\n', '\r', ' ', '\t', ':', ': ', '- ', '#', '"', "'", '|', '>', '&a ', '*a', '<<: *a', '? ', '---\n'],
  ...['{', '}', '[', ']', '(', ')', '~', ',', '`', '```\n', '\\', '<!--', '-->', '<', '&lt;', '@', '**'],
  ...[
    '${{ ',
    ' }}',
    '$(',
    '${x',
    '<<EOF\n',
    '<(',
    '((',
    '[[',
    '|| ',
    '&& ',
    ';',
    '!',
    'needs.*.',
    '%YAML 2\n',
  ],
  ...['\u0000', '\u001b[2J', '\uFEFF', '\uE000', '\uFFFC', '\u2028', '\uD800', '💥', '\u202E', '::error::'],
  ...[
    '0x1F',
    '1e999',
    '-0',
    'null',
    'true',
    'NaN',
    '!!binary ',
    '!!js/function ',
    '__proto__',
    'critical',
    '///',
  ],
];

/** JSON values of any shape, keys that reach for prototypes included. */
export const anything: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...nasty),
  fc.jsonValue({ maxDepth: 3 }),
  fc.double(),
  fc.bigInt().map(String),
  fc.integer({ min: 100, max: 700 }).map((depth) => nested(depth)),
  fc.constant({ ['__proto__']: { polluted: true }, constructor: { prototype: { polluted: true } } }),
);

/** `{"a":[{"a":[…]}]}`, so many levels deep. */
function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

interface Edit {
  readonly at: number;
  readonly what: 'replace' | 'remove' | 'repeat' | 'rename' | 'prototype' | 'wrap';
  readonly value: unknown;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(100_000),
  what: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'repeat', 'rename', 'prototype', 'wrap'),
  value: anything,
});

/** A value with some of its parts replaced, taken away, repeated, renamed or wrapped. The original stays as it is. */
export function mutated<T>(original: T): fc.Arbitrary<unknown> {
  return fc
    .array(edit, { minLength: 0, maxLength: 3 })
    .map((edits) => edits.reduce<unknown>(change, structuredClone(original)));
}

function change(root: unknown, edited: Edit): unknown {
  const { at, what } = edited;
  // A later edit may reach into it.
  const value = structuredClone(edited.value);
  const places = placesIn(root);
  const place = places[at % (places.length + 1)];
  if (place === undefined) return what === 'wrap' ? [root] : value;
  const { holder, key } = place;
  const old = Reflect.get(holder, key) as unknown;
  switch (what) {
    case 'replace':
      define(holder, key, value);
      break;
    case 'remove':
      if (Array.isArray(holder)) splice(holder, key);
      else Reflect.deleteProperty(holder, key);
      break;
    case 'repeat':
      if (Array.isArray(holder)) splice(holder, key, old, old, old);
      else define(holder, key, [old, old]);
      break;
    case 'rename':
      Reflect.deleteProperty(holder, key);
      define(holder, typeof value === 'string' ? value : 'other', old);
      break;
    case 'prototype':
      define(holder, '__proto__', { polluted: value });
      break;
    case 'wrap':
      define(holder, key, { value: old });
      break;
  }
  return root;
}

/** Puts items in the place of one of a list, which may have been given a `constructor` or a `splice` of its own. */
function splice(list: unknown[], key: string, ...items: readonly unknown[]): void {
  const changed = Array.from(list);
  changed.splice(Number(key), 1, ...items);
  list.length = 0;
  changed.forEach((item, index) => define(list, String(index), item));
}

/** As JSON.parse does it: `__proto__` becomes a property of its own. */
function define(holder: object, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
}

function placesIn(value: unknown, found: { holder: object; key: string }[] = []): typeof found {
  if (typeof value !== 'object' || value === null || found.length > 2_000) return found;
  for (const key of Object.keys(value)) {
    found.push({ holder: value, key });
    placesIn(Reflect.get(value, key), found);
  }
  return found;
}

/** Any code point. fast-check's own unit for that costs each process a second, for a table of all of them. */
const codePoint: fc.Arbitrary<string> = fc
  .oneof(fc.integer({ max: 0xd7ff, min: 0 }), fc.integer({ max: 0x10ffff, min: 0xe000 }))
  .map((point) => String.fromCodePoint(point));

/** Text that was cut, spliced, had bytes flipped, parts doubled or a piece repeated thousands of times. */
export function mutatedText(...originals: readonly string[]): fc.Arbitrary<string> {
  const splice = fc.record({
    at: fc.nat(1_000_000),
    cut: fc.nat(40),
    piece: fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 8, unit: codePoint })),
    times: fc.oneof(
      { weight: 6, arbitrary: fc.constant(1) },
      { weight: 1, arbitrary: fc.integer({ min: 2, max: 30_000 }) },
    ),
  });
  const ends = fc.oneof(
    { weight: 5, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.nat(1_000_000) },
  );
  return fc
    .tuple(fc.constantFrom(...originals), fc.array(splice, { minLength: 1, maxLength: 4 }), ends)
    .map(([text, splices, end]) => {
      const changed = splices.reduce((result, { at, cut, piece, times }) => {
        const start = result.length === 0 ? 0 : at % result.length;
        return result.slice(0, start) + piece.repeat(times) + result.slice(start + cut);
      }, text);
      return end === undefined ? changed : changed.slice(0, end % (changed.length + 1));
    });
}

/** The JSON of a mutated value, or mutated JSON: what a server may answer. */
export function mutatedJson(...originals: readonly unknown[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.oneof(...originals.map(mutated)).map((value) => JSON.stringify(value) ?? '') },
    { weight: 1, arbitrary: mutatedText(...originals.map((value) => JSON.stringify(value))) },
  );
}
