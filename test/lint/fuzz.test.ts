import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runRules } from '../../src/lint/engine.ts';
import { HOSTS, hostFacts } from '../../src/lint/host.ts';
import { DEFAULT_SETTINGS } from '../../src/lint/settings.ts';
import { parseSource } from '../../src/lint/source/document.ts';
import { sourceFile } from '../../src/lint/source/file.ts';
import { buildWorkflow } from '../../src/lint/workflow/build.ts';
import { corpus } from './support.ts';

const seeds = [...corpus('ok'), ...corpus('err')].flatMap(({ files }) =>
  Object.entries(files).flatMap(([path, text]) => (path.startsWith('.gitea') ? [String(text)] : [])),
);
/** What breaks parsers: YAML's own characters, those of shells, of expressions and of jq. */
const pieces = [
  '\n',
  ' ',
  '\t',
  ':',
  '- ',
  '#',
  '"',
  "'",
  '|',
  '>',
  '&a ',
  '*a',
  '<<: *a',
  '{',
  '}',
  '[',
  ']',
  '~',
  '${{ ',
  ' }}',
  '$(',
  ')',
  '`',
  '\\',
  '<<EOF\n',
  '<(',
  '((',
  '[[',
  '${x',
  'needs.*.',
  '\u0000',
  '\uFEFF',
  '\uE000',
  '\uFFFC',
  '💥',
  '0x1F',
  'null',
  '!!binary ',
];

const mutation = fc.record({ at: fc.nat(10_000), cut: fc.nat(30), piece: fc.constantFrom(...pieces) });

function mutate(text: string, mutations: readonly { at: number; cut: number; piece: string }[]): string {
  return mutations.reduce((result, { at, cut, piece }) => {
    const start = result.length === 0 ? 0 : at % result.length;
    return result.slice(0, start) + piece + result.slice(start + cut);
  }, text);
}

/** Lints a text on a host as the command does, without a file. */
function lintText(text: string, host: (typeof HOSTS)[number]) {
  const parsed = parseSource(sourceFile('a.yml', text));
  if ('reason' in parsed) return { unreadable: parsed.reason, findings: [] };
  const workflow = buildWorkflow(parsed);
  return {
    unreadable: undefined,
    findings: runRules({
      host: hostFacts(host),
      settings: DEFAULT_SETTINGS,
      workflows: [workflow],
      targets: [workflow],
      runnerLabels: [],
    }),
  };
}

describe('a mutated workflow file', () => {
  it('is linted or named as unreadable, never a crash, a hang, or a place outside the file', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...seeds),
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(...HOSTS),
        (seed, mutations, host) => {
          const text = mutate(seed, mutations);
          const start = performance.now();
          const { unreadable, findings } = lintText(text, host);
          expect(performance.now() - start).toBeLessThan(20_000);
          const lines = text.split('\n').length;
          for (const { line, column, endLine, message } of findings) {
            expect(line).toBeGreaterThanOrEqual(1);
            expect(column).toBeGreaterThanOrEqual(1);
            expect(endLine).toBeGreaterThanOrEqual(line);
            expect(endLine).toBeLessThanOrEqual(lines + 1);
            expect(message).not.toBe('');
          }
          expect(unreadable).not.toBe('');
        },
      ),
      { numRuns: Number(process.env['GREENLANE_FUZZ_RUNS'] ?? 300) },
    );
  });
});
