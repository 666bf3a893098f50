import { describe, expect, it } from 'vitest';
import { UNKNOWN, type Setting } from '../../../src/lint/expression/evaluate.ts';
import { parseSource } from '../../../src/lint/source/document.ts';
import { sourceFile } from '../../../src/lint/source/file.ts';
import { judgeScript } from '../../../src/lint/shell/judge.ts';
import { scriptOf } from '../../../src/lint/shell/script.ts';
import { buildWorkflow } from '../../../src/lint/workflow/build.ts';

/** Judges a script with `needs.a.result` as given and `RESULTS` in its environment. */
function judge(script: string, result: string, env = true) {
  const yaml = `on: push\njobs:\n  j:\n    steps:\n      - run: |\n${script
    .split('\n')
    .map((line) => `          ${line}`)
    .join('\n')}\n`;
  const parsed = parseSource(sourceFile('a.yml', yaml));
  if ('reason' in parsed) throw new Error(parsed.reason);
  const step = buildWorkflow(parsed).jobs[0]?.steps[0];
  const found = step === undefined ? undefined : scriptOf(step);
  if (found === undefined) throw new Error('no script');
  const setting: Setting = {
    contexts: { needs: { a: { result }, b: { result: 'success' } }, github: { '*': UNKNOWN } },
    status: {},
  };
  return judgeScript(found, new Map(env ? [['RESULTS', `${result} success`]] : []), setting);
}

const ASKS_FOR_SUCCESS = [
  '[ "${{ needs.a.result }}" = success ]',
  'test "${{ needs.a.result }}" = success',
  '[[ "${{ needs.a.result }}" == success ]] || exit 1',
  '[[ ${{ needs.a.result }} == "success" && ${{ needs.b.result }} == "success" ]]',
  'if [ "${{ needs.a.result }}" != success ]; then exit 1; fi',
  'if ! [ "${{ needs.a.result }}" = success ]; then exit 1; fi\necho fine',
  'for r in $RESULTS; do [ "$r" = success ] || exit 1; done',
  'failed=0\nfor r in $RESULTS; do\n  case "$r" in\n    success) ;;\n    *) failed=1 ;;\n  esac\ndone\nexit $failed',
  'n=0\nfor r in $RESULTS; do [ "$r" = success ] || n=$((n+1)); done\n(( n == 0 ))',
  'n=0\nfor r in $RESULTS; do if [ "$r" != success ]; then ((n++)) || true; fi; done\n[ "$n" -eq 0 ]',
  'while read -r r; do [ "$r" = success ] || exit 1; done <<< "${{ needs.a.result }}"',
  'echo "$RESULTS" | tr " " "\\n" > /dev/null\n! echo "${{ join(needs.*.result, \' \') }}" | grep -qvE "^(success ?)+$"',
  'check() { [ "$1" = success ] || return 1; }\ncheck "${{ needs.a.result }}"',
  'check() {\n  if [ "$1" != success ]; then exit 1; fi\n}\ncheck "${{ needs.a.result }}" && echo fine',
  'ok="${{ needs.a.result == \'success\' }}"\nif [ "$ok" != true ]; then exit 1; fi',
  'set +e\nfalse\n[ "${{ needs.a.result }}" = success ]',
];

describe('I-06: a script that asks for success', () => {
  for (const script of ASKS_FOR_SUCCESS) {
    it(`fails for every other result: ${script.split('\n')[0] ?? ''}`, () => {
      expect(judge(script, 'success')).toBe('passes');
      for (const result of ['failure', 'cancelled', 'skipped']) expect(judge(script, result)).toBe('fails');
    });
  }
});

describe('a script that asks for something else', () => {
  it('passes what it does not ask about', () => {
    const script = 'if [[ "${{ needs.a.result }}" =~ ^(failure|cancelled)$ ]]; then exit 1; fi';
    expect(['failure', 'cancelled', 'skipped'].map((result) => judge(script, result))).toEqual([
      'fails',
      'fails',
      'passes',
    ]);
    const listed = 'echo "$RESULTS" | grep -q failure && exit 1\nexit 0';
    expect(['failure', 'cancelled'].map((result) => judge(listed, result))).toEqual(['fails', 'passes']);
  });

  it('passes when its test is swallowed', () => {
    expect(judge('[ "${{ needs.a.result }}" = success ] || true', 'failure')).toBe('passes');
    expect(judge('[ "${{ needs.a.result }}" = success ] && echo fine\necho done', 'failure')).toBe('passes');
    expect(judge('( [ "${{ needs.a.result }}" = success ] || exit 1 ) || echo bad', 'failure')).toBe(
      'passes',
    );
  });

  it('passes beside programs that have nothing to do with it, and is unknown when one of them decides', () => {
    expect(judge('make summary\necho done', 'failure', false)).toBe('passes');
    expect(judge('./judge "${{ needs.a.result }}"', 'failure', false)).toBe('unknown');
    expect(judge('python3 judge.py', 'failure')).toBe('unknown');
    expect(judge('if curl -fsS http://x; then exit 1; fi', 'failure', false)).toBe('unknown');
    expect(judge('[ "$NOBODY_KNOWS" = x ]', 'failure', false)).toBe('unknown');
  });

  it('passes when a function that would have failed is only asked', () => {
    const script =
      'check() { [ "$1" = success ]; echo asked; }\nif check "${{ needs.a.result }}"; then echo fine; fi';
    expect(judge(script, 'failure', false)).toBe('passes');
  });

  it('is given up, not followed for ever', () => {
    expect(judge('f() { f; }\nf', 'failure', false)).toBe('unknown');
    expect(judge('while true; do echo; done', 'failure', false)).not.toBe('fails');
  });
});
