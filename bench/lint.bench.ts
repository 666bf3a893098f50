/**
 * `greenlane lint` over 60 workflow files against `node -e 0`, pair by pair in the same run: wall time including
 * start (target: at most 500 ms on two cores) and peak memory (target: under 150 MB).
 * `npm run bench -- lint [pairs]`
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programPath } from '../src/dev/program.ts';
import { median } from './support/round-trip.ts';

const pairs = Number(process.argv[2] ?? 20);
const files = 60;
const directory = mkdtempSync(join(tmpdir(), 'greenlane-lint-'));
const workflows = join(directory, '.gitea', 'workflows');
mkdirSync(workflows, { recursive: true });
for (let index = 0; index < files; index += 1)
  writeFileSync(join(workflows, `w${index}.yml`), workflow(index));

/**
 * A file as they come: four jobs, a matrix, scripts with a request, loops and jq, an aggregate; 120 lines. Every
 * fourth asks the control plane and has a secret, so that its scripts are followed.
 */
function workflow(index: number): string {
  const jobs = ['build', 'unit', 'browsers'].map((name) => job(`${name}-${index}`, index % 4 === 0));
  return `name: Pipeline ${index}\non:\n  push:\n    branches: [main]\n  pull_request:\nenv:\n  REGION: eu\njobs:\n${jobs.join('')}${aggregate(index)}`;
}

function job(id: string, asksControlPlane: boolean): string {
  const environment = asksControlPlane
    ? 'CP_URL: https://staging.example.com\n          TOKEN: ${{ secrets.STAGING_TOKEN }}'
    : 'BASE_URL: https://staging.example.com\n          LEVEL: ${{ vars.LEVEL }}';
  return `  ${id}:
    name: ${id} on \${{ matrix.os }}
    runs-on: ubuntu-latest
    strategy:
      matrix:
        os: [bookworm, trixie]
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - name: Build
        env:
          ${environment}
        run: |
          set -euo pipefail
          # Say what is built, and for whom.
          echo "building \${{ github.sha }} for \${{ matrix.os }}"
          answer=$(mktemp)
          code=$(curl -sS -o "$answer" -w '%{http_code}' -H @headers.txt "${asksControlPlane ? '$CP_URL' : '$BASE_URL'}/tenants") || code=000
          if [ "$code" != 200 ]; then
            echo "::error::HTTP $code"
            exit 1
          fi
          jq -r '.results[] | "\\(.slug) \\(.healthz_ok)"' "$answer"
          for slug in $(jq -r '.results[].slug' "$answer"); do
            case "$slug" in
              demo-*) continue ;;
              *) make deploy SLUG="$slug" ;;
            esac
          done
        timeout-minutes: 20
      - if: \${{ failure() }}
        run: make logs
        timeout-minutes: 5
`;
}

function aggregate(index: number): string {
  const needs = ['build', 'unit', 'browsers'].map((name) => `${name}-${index}`).join(', ');
  return `  all-required:
    if: always()
    needs: [${needs}]
    runs-on: ubuntu-latest
    steps:
      - env:
          RESULTS: \${{ join(needs.*.result, ' ') }}
        run: |
          for result in $RESULTS; do
            [ "$result" = success ] || exit 1
          done
`;
}

/** Wall time in ms and peak memory in MB of a whole process. */
function measure(args: readonly string[]) {
  const reporter =
    'data:text/javascript,process.on("exit",()=>process.stderr.write("\\nmaxrss="+process.resourceUsage().maxRSS))';
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['--import', reporter, ...args], {
    cwd: directory,
    env: { PATH: process.env['PATH'] },
    encoding: 'utf8',
  });
  const ms = performance.now() - began;
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`);
  return { ms, megabytes: Number(/maxrss=(\d+)/.exec(stderr)?.[1] ?? Number.NaN) / 1024 };
}

const lint = [programPath(), 'lint'];
const bare = ['-e', '0'];
measure(lint);
measure(bare);
const measured = Array.from({ length: pairs }, () => ({ lint: measure(lint), bare: measure(bare) }));
rmSync(directory, { recursive: true });
const show = (values: readonly number[]) => median(values).toFixed(0);
console.log(
  `greenlane lint  ${show(measured.map((one) => one.lint.ms))} ms for ${files} files (median of ${pairs}; target: at most 500)`,
);
console.log(`node -e 0       ${show(measured.map((one) => one.bare.ms))} ms`);
console.log(
  `ratio           ${median(measured.map((one) => one.lint.ms / one.bare.ms)).toFixed(1)} (median of pairs)`,
);
console.log(
  `peak memory     ${show(measured.map((one) => one.lint.megabytes))} MB (target: under 150); node alone ${show(measured.map((one) => one.bare.megabytes))} MB`,
);
