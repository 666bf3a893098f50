import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/lint/format/summary.ts';
import { lintTree, rulesOf } from './support.ts';

const indented = (run: string): string => run.replaceAll(/^/gm, '          ');
/** A step that is followed, for it has a secret. */
const followed = (run: string): string =>
  `name: X\non: [push]\njobs:\n  a:\n    runs-on: x\n    steps:\n      - env: { TOKEN: '\${{ secrets.CP_ADMIN_API_TOKEN }}' }\n        run: |\n${indented(run)}\n`;
/** A step whose verdict is asked for: it sums up other jobs. */
const judged = (run: string): string =>
  `name: CI\non: [push]\njobs:\n  test:\n    runs-on: x\n    steps: [{ run: make }]\n  all-required:\n    if: always()\n    needs: [test]\n    runs-on: x\n    steps:\n      - env: { R: "\${{ join(needs.*.result, ' ') }}" }\n        run: |\n${indented(run)}\n`;

const FINE = 'name: Fine\non: [push]\njobs:\n  a:\n    runs-on: x\n    steps: [{ run: make }]\n';
const BROKEN = FINE.replace('Fine', 'Broken').replace('[push]', '\n  workflow_run:');

const growing = (line: string): string => `a=xy\n${`${line}\n`.repeat(40)}`;
const keys = Array.from({ length: 30_000 }, (_, index) => `  k${index}: 1\n`).join('');

describe('a workflow file that is made to keep a linter busy', () => {
  const hostile = {
    'an-expression-that-tries-every-way': judged(`[[ ${'a'.repeat(60)}! =~ ^(a+)+$ ]]`),
    'a-pattern-with-many-stars': judged(`case ${'a'.repeat(900)} in ${'*a'.repeat(40)}b) exit 1 ;; esac`),
    'a-list-that-doubles': followed(`a=(x y)\n${'a=("${a[@]}" "${a[@]}")\n'.repeat(40)}curl "\${a[@]}"`),
    'a-variable-that-doubles': followed(`${growing('a=$a$a')}curl "$CP_URL/$a"`),
    'thirty-thousand-keys': `${FINE}env:\n${keys}`,
  };
  const tree = Object.fromEntries(
    Object.entries(hostile).map(([name, content]) => [`.gitea/workflows/${name}.yml`, content]),
  );

  it('is named with exit 2, and its neighbours are linted all the same', async () => {
    const files = { ...tree, '.gitea/workflows/a-fine.yml': FINE, '.gitea/workflows/z-broken.yml': BROKEN };
    const result = await lintTree(files, { patienceMs: 500 });
    expect(result.unreadable.map(({ file }) => file).toSorted()).toEqual(Object.keys(tree).toSorted());
    for (const { reason } of result.unreadable)
      expect(reason).toMatch(/^takes more time, depth or memory to be (read|judged) than/);
    expect(result.findings.map(({ file, rule }) => `${file} ${rule}`)).toEqual([
      '.gitea/workflows/z-broken.yml workflow-run',
    ]);
    expect(exitCodeOf(result)).toBe(2);
  });

  it('keeps nobody from linting another file', async () => {
    const path = '.gitea/workflows/a-list-that-doubles.yml';
    const files = { '.gitea/workflows/ci.yml': BROKEN, [path]: tree[path] ?? '' };
    const result = await lintTree(files, { files: ['.gitea/workflows/ci.yml'], patienceMs: 500 });
    expect(result.findings.map(({ rule }) => rule)).toEqual(['workflow-run']);
    expect(result.unreadable).toEqual([]);
  });

  it('is a finding when its script has more here-documents than anybody writes', async () => {
    expect(await rulesOf(followed('<<E;'.repeat(200_000)))).toContain('shell-syntax');
  });

  it.each(['a=$a$a', 'a="$a $a"', 'a=${a//x/xxxx}', 'a+=$a'])(
    'leaves an aggregate that nobody can judge when %s',
    async (line) => {
      const rules = await rulesOf(judged(`${growing(line)}for i in $a; do [ "$i" = y ] || exit 1; done`));
      expect(rules).toContain('leaky-aggregate');
    },
  );
});
