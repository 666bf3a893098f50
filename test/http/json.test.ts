import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { parseJson, UnreadableAnswerError } from '../../src/http/json.ts';

const schema = z.object({
  rows: z.array(
    z.object({ id: z.number().int(), state: z.enum(['on', 'off']), sha: z.string().regex(/^[0-9a-f]+$/) }),
  ),
});

function message(text: string): string {
  try {
    parseJson(text, schema, 'rows of acme/core');
  } catch (error) {
    if (error instanceof UnreadableAnswerError) return error.message;
    throw error;
  }
  return '';
}

describe('parseJson', () => {
  test('gives what the schema gives', () => {
    expect(parseJson('{"rows":[{"id":1,"state":"on","sha":"ab"}]}', schema, 'x').rows).toHaveLength(1);
  });

  test.each([
    ['<html>hunter22</html>', 'rows of acme/core: the body is not what it should be: expected JSON.'],
    [
      '{"rows":"hunter22"}',
      'rows of acme/core: rows is not what it should be: expected a value of type array.',
    ],
    [
      '{"rows":[{"id":1,"state":"hunter22","sha":"ab"}]}',
      'rows[0].state is not what it should be: expected one of `on`, `off`.',
    ],
    [
      '{"rows":[{"id":1.5,"state":"on","sha":"ab"}]}',
      'rows[0].id is not what it should be: expected a value of type int.',
    ],
    [
      '{"rows":[{"id":1,"state":"on","sha":"hunter22"}]}',
      'rows[0].sha is not what it should be: expected text of the form',
    ],
    ['null', 'the body is not what it should be: expected a value of type object.'],
  ])('says of %s where it came from, which path was wrong and what was expected', (text, expected) => {
    expect(message(text)).toContain(expected);
  });

  test('I-23: never quotes the content, whatever it is', () => {
    const tree = fc.letrec((tie) => ({
      value: fc.oneof(
        fc.constant('hunter22'),
        fc.integer(),
        fc.array(tie('value')),
        fc.dictionary(fc.constant('hunter22'), tie('value')),
      ),
    })).value;
    fc.assert(
      fc.property(
        fc.oneof(
          tree,
          tree.map((rows) => ({ rows })),
        ),
        (value) => {
          expect(message(JSON.stringify(value))).not.toContain('hunter22');
        },
      ),
    );
    expect(message('hunter22')).not.toContain('hunter22');
  });
});
