import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Document, Scalar, stringify } from 'yaml';
import { parseSource } from '../../../src/lint/source/document.ts';
import { positionAt, sourceFile } from '../../../src/lint/source/file.ts';
import { Tree, type Text } from '../../../src/lint/source/tree.ts';

function textOf(yaml: string, key = 'run'): Text {
  const parsed = parseSource(sourceFile('a.yml', yaml));
  if ('reason' in parsed) throw new Error(parsed.reason);
  const tree = new Tree(parsed);
  const text = tree.text(tree.entry(parsed.document.contents, key)?.value);
  if (text === undefined) throw new Error('no text');
  return text;
}

/** The word in the value, and what stands in the file where it is said to. */
function at(yaml: string, word: string): string {
  const text = textOf(yaml);
  const start = text.offset(text.value.indexOf(word));
  return yaml.slice(start, start + word.length);
}

describe('the offsets of a scalar', () => {
  it.each([
    ['plain', 'run: make test\n'],
    ['plain over lines', 'run: make\n  some\n  test\n'],
    ['single-quoted', "run: 'it''s a test'\n"],
    ['double-quoted with escapes', 'run: "a\\tb \\u00e9 \\"test\\""\n'],
    ['double-quoted over lines', 'run: "a \\\n  b\n  test"\n'],
    ['literal', 'run: |\n  set -e\n\n    test\n'],
    ['literal with an indent of its own', 'run: |2\n    set\n   test\n'],
    ['literal with Windows line ends', 'run: |\r\n  set -e\r\n  test\r\n'],
    ['folded', 'run: >-\n  make\n  some\n\n  test\n'],
  ])('lead back to the word in a %s one', (_style, yaml) => {
    expect(at(yaml, 'test')).toBe('test');
  });

  it('lead back to each character of any script in a literal block', () => {
    const line = fc
      .string({ unit: fc.constantFrom('a', 'b', ' ', '$', '#', '"', "'", '\\', 'é', '|') })
      .filter((text) => text.trim() === text);
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 6 }),
        (lines, indent) => {
          fc.pre((lines[0] ?? '') !== '');
          const script = `${lines.join('\n')}\n`;
          const yaml = `run: |\n${lines.map((text) => (text === '' ? '' : ' '.repeat(indent) + text)).join('\n')}\n`;
          const text = textOf(yaml);
          fc.pre(text.value === script);
          for (let index = 0; index < script.trimEnd().length; index += 1) {
            if (script[index] === '\n') continue;
            expect(yaml[text.offset(index)]).toBe(script[index]);
          }
        },
      ),
    );
  });

  it('stay inside the file and never run backward, in every style', () => {
    const styles = [
      Scalar.PLAIN,
      Scalar.QUOTE_DOUBLE,
      Scalar.QUOTE_SINGLE,
      Scalar.BLOCK_FOLDED,
      Scalar.BLOCK_LITERAL,
    ] as const;
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 200 }), fc.constantFrom(...styles), (value, type) => {
        const scalar = new Scalar(value);
        scalar.type = type;
        const yaml = stringify(new Document({ run: scalar }));
        const text = textOf(yaml);
        let before = 0;
        for (let index = 0; index <= text.value.length; index += 1) {
          const offset = text.offset(index);
          expect(offset).toBeGreaterThanOrEqual(before);
          expect(offset).toBeLessThanOrEqual(yaml.length);
          before = offset;
        }
      }),
    );
  });
});

describe('lines and columns', () => {
  it('count from one, and an offset past the end is the end', () => {
    const file = sourceFile('a.yml', 'ab\ncd\n');
    expect([0, 1, 3, 5, 99].map((offset) => positionAt(file, offset))).toEqual([
      { line: 1, column: 1 },
      { line: 1, column: 2 },
      { line: 2, column: 1 },
      { line: 2, column: 3 },
      { line: 3, column: 1 },
    ]);
  });
});
