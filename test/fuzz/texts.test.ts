import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow/data-converter-helpers.js';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { DEFAULT_REQUIRED_CONTEXTS } from '../../src/config/defaults.ts';
import { retryAfterMs } from '../../src/http/retry-after.ts';
import { HOSTS, hostFacts } from '../../src/lint/host.ts';
import { judgeInTime, readInTime, PATIENCE_MS } from '../../src/lint/patience.ts';
import { DEFAULT_SETTINGS } from '../../src/lint/settings.ts';
import { sourceFile } from '../../src/lint/source/file.ts';
import { readChallenge } from '../../src/registry/challenge.ts';
import { readChain } from '../../src/report/history.ts';
import { reportMarkdown } from '../../src/report/markdown.ts';
import { reportPage } from '../../src/report/page.ts';
import { storyOf } from '../../src/report/tell.ts';
import { forCiLog, forMarkdown } from '../../src/safety/neutralise.ts';
import { checkBody } from '../../src/sop/check.ts';
import { judgeFindings } from '../../src/sop/findings.ts';
import { judgeReviews } from '../../src/sop/reviews.ts';
import { sopText } from '../../src/sop/report.ts';
import { corpus } from '../lint/support.ts';
import { recordedChains } from '../report/histories.ts';
import { fuzz, FUZZ_TIMEOUT_MS } from './fuzz.ts';
import { mutatedJson, mutatedText } from './mutations.ts';
import { read } from './oracles.ts';

const workflows = [...corpus('ok'), ...corpus('err')].flatMap(({ files }) =>
  Object.entries(files).flatMap(([path, text]) => (path.startsWith('.gitea') ? [String(text)] : [])),
);

/** Lints a text on a host as the command does, without a file. */
function lintText(text: string, host: (typeof HOSTS)[number]) {
  const workflow = readInTime(sourceFile('a.yml', text), PATIENCE_MS);
  if ('reason' in workflow) return { unreadable: workflow.reason, findings: [] };
  const facts = { host: hostFacts(host), settings: DEFAULT_SETTINGS, runnerLabels: [] };
  const input = { ...facts, workflows: [workflow], targets: [workflow] };
  const { findings, stopped } = judgeInTime(input, PATIENCE_MS);
  return { unreadable: stopped[0]?.reason, findings };
}

/** Findings stand in the file, and say something that neither a terminal nor a CI log acts upon. */
function expectReadable(text: string, { unreadable, findings }: ReturnType<typeof lintText>): void {
  const lines = text.split('\n').length;
  for (const { line, column, endLine, message } of findings) {
    expect(line).toBeGreaterThanOrEqual(1);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(endLine).toBeGreaterThanOrEqual(line);
    expect(endLine).toBeLessThanOrEqual(lines + 1);
    expect(message).not.toBe('');
  }
  expect(unreadable).not.toBe('');
}

describe('a mutated workflow file', () => {
  it(
    'is linted or named as unreadable, never a place outside the file',
    () =>
      fuzz(fc.tuple(mutatedText(...workflows), fc.constantFrom(...HOSTS)), ([text, host]) =>
        expectReadable(text, lintText(text, host)),
      ),
    FUZZ_TIMEOUT_MS,
  );

  const scripts = [
    'set -euo pipefail\ncurl -sS -o /dev/null -w "%{http_code}" "$URL" > code.txt || true\n',
    'body=$(curl -s -H "Authorization: Bearer $TOKEN" "$PROD_CP_URL/x")\necho "$body" | jq -r \'.results[] | .error\'\n',
    'if [[ "${A:-}" == "b" && $((x + 1)) -gt 2 ]]; then\n  cat <<EOF | tee log\n$(date) ${B//a/b}\nEOF\nfi\n',
    'f() { local x; read -r x < <(docker info); case "$x" in a|b*) exit 1;; *) ;; esac; }\nf "$@" 2>&1 | sed s/a/b/\n',
    'for i in $(seq 1 3); do arr+=("$i"); done; printf "%s\\n" "${arr[@]}" >> "$GITHUB_OUTPUT"\n',
    'jq -n --arg a "$A" \'{a: $a, b: (.c // empty), d: [.[] | select(.e == "f")] | length}\'\n',
  ];
  it(
    'whose shell is mutated is linted as well',
    () =>
      fuzz(mutatedText(...scripts), (run) => {
        const steps = [{ env: { TOKEN: '${{ secrets.CP_ADMIN_API_TOKEN }}' }, run }];
        const text = stringify({
          name: 'Deploy',
          on: ['push'],
          jobs: { deploy: { 'runs-on': 'publish', steps } },
        });
        expectReadable(text, lintText(text, 'gitea-1.22'));
      }),
    FUZZ_TIMEOUT_MS,
  );
});

describe('what people write on a pull request', () => {
  const body = `## Root cause\nThe canary list had a renamed tenant in it, so nothing soaked.\n
**Deploy gate:** \`CI / Platform (Go) (push)\`\n- Kill switch: \`greenlane halt --reason x\`\n
| Verification | every tenant answers /buildinfo |\n|---|---|\n| Logging | counts and slugs only, nothing raw |\n
### Rollback\n\`greenlane rollback --reason bad\`\n<!-- a comment -->\n`;
  const remark = `Critical C1: the token is printed\n> **Required (R2):** no timeout\nR2: fixed in 0123456, verified by a test\nC1: rejected, see https://git.example/1 because nothing of it is ever printed there\n`;
  const setting = {
    contexts: DEFAULT_REQUIRED_CONTEXTS,
    killSwitches: ['PROD_AUTO_DEPLOY_DISABLED'],
    template: '## Root cause\n<!-- say why -->\n',
  };

  it(
    'is judged, and shown without a command for the log it is shown in',
    () =>
      fuzz(fc.tuple(mutatedText(body), mutatedText(remark)), ([written, said]) => {
        const evidence = checkBody(written, setting);
        const findings = judgeFindings([{ user: 'mallory\u001b', body: said }], written);
        const shown = sopText({ ...evidence, findings });
        expect(evidence.evidence).toHaveLength(6);
        expect(shown).not.toMatch(/::(error|add-mask|set-output)|##\[/);
        expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
      }),
    FUZZ_TIMEOUT_MS,
  );

  const users = fc.constantFrom('ann', 'ANN', 'bob', 'author', 'mallory', '__proto__', 'constructor');
  const reviews = fc.array(
    fc.record({
      id: fc.nat(),
      user: users,
      state: fc.constantFrom('approved' as const, 'changes-requested' as const, 'unknown' as const),
      body: fc.string(),
      commitId: fc.constantFrom('a'.repeat(40), 'A'.repeat(40), 'b'.repeat(40), ''),
      dismissed: fc.boolean(),
      stale: fc.boolean(),
    }),
    { maxLength: 8 },
  );
  it(
    'approves only where somebody else who may has approved the head',
    () =>
      fuzz(reviews, (given) => {
        const head = { author: 'author', headSha: 'a'.repeat(40) };
        const may = { devops: ['ann', 'author'], sre: ['bob'], security: ['constructor'] };
        for (const { area, ok } of judgeReviews(head, given, may).areas) {
          const good = given.some(
            ({ user, state, commitId, dismissed, stale }) =>
              may[area].includes(user.toLowerCase()) &&
              user !== 'author' &&
              state === 'approved' &&
              commitId.toLowerCase() === head.headSha &&
              !dismissed &&
              !stale,
          );
          if (ok) expect(good).toBe(true);
        }
      }),
    FUZZ_TIMEOUT_MS,
  );
});

describe('an exported history', () => {
  const directory = mkdtempSync(join(tmpdir(), 'greenlane-fuzz-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const converter = loadDataConverter();

  it(
    'that was mutated is told with gaps or refused; nothing in it becomes markup of the report',
    async () => {
      const [[run] = []] = await recordedChains('deployed-with-a-quarantined-tenant');
      const path = join(directory, 'history.json');
      await fuzz(mutatedJson(run?.exported), async (text) => {
        writeFileSync(path, text);
        const now = Date.now();
        const told = await read(async () => storyOf(await readChain([path], converter), now));
        if (told === undefined) return;
        expect(String(reportPage(told.value, { now }))).not.toContain('<script>');
        expect(reportMarkdown(told.value, { now })).not.toMatch(/<script>|\u001b/);
      });
    },
    FUZZ_TIMEOUT_MS,
  );
});

describe('headers and text of any kind', () => {
  it(
    'are read or taken for nothing, in time',
    () =>
      fuzz(
        mutatedText(
          'Bearer realm="https://auth.example/token",service="registry",scope="repository:a:pull"',
          'Basic realm="x"',
          'Sat, 21 Nov 2026 16:00:00 GMT',
          '120',
        ),
        (header) => {
          const wait = retryAfterMs(header);
          if (wait !== undefined) expect(wait >= 0 && wait <= 15 * 60_000).toBe(true);
          const challenge = readChallenge(header);
          if (challenge.scheme === 'bearer') {
            const { protocol, hostname, username } = challenge.realm;
            expect(protocol === 'https:' || /^(127\.|localhost$|\[::1\]|.*\.localhost$)/.test(hostname)).toBe(
              true,
            );
            expect(username).toBe('');
          }
          expect(forCiLog(header)).not.toContain('::');
          expect(forMarkdown(header)).not.toMatch(/[`|<>]/);
        },
      ),
    FUZZ_TIMEOUT_MS,
  );
});
