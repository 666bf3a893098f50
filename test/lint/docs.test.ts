import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lintDocs } from '../../scripts/lint-docs.ts';

describe('docs/lint.md', () => {
  it('is what the rules and their examples make of it (npx tsx scripts/lint-docs.ts)', async () => {
    expect(readFileSync(new URL('../../docs/lint.md', import.meta.url), 'utf8')).toBe(await lintDocs());
  });
});
