import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STACK_GATES, startStack, type Stack } from '../../src/dev/stack.ts';
import { AesGcmCodec } from '../../src/codec/aes-gcm.ts';
import { codecKeys } from '../../src/codec/keys.ts';
import { temporalCli } from '../../src/dev/temporal-cli.ts';
import { isRecord } from '../../src/report/payload.ts';
import { greenlane, start } from '../support/cli.ts';

/** What says of a place that it is a runner of CI, and a plain pipe. */
const RUNNERS = ['GITHUB_ACTIONS', 'GITEA_ACTIONS', 'FORGEJO_ACTIONS', 'pipe'];
const run = promisify(execFile);

/** A history as a worker with this key would have left it. */
async function encryptPayloads(value: unknown, key: string): Promise<unknown> {
  const codec = new AesGcmCodec(codecKeys({ GREENLANE_CODEC_KEYS: key }));
  const walk = async (part: unknown): Promise<unknown> => {
    if (Array.isArray(part)) return Promise.all(part.map(walk));
    if (!isRecord(part)) return part;
    const { metadata, data } = part;
    if (!isRecord(metadata) || typeof metadata['encoding'] !== 'string') {
      const entries = Object.entries(part).map(async ([name, inner]) => [name, await walk(inner)]);
      return Object.fromEntries(await Promise.all(entries)) as unknown;
    }
    const bytes = (text: unknown) => Buffer.from(typeof text === 'string' ? text : '', 'base64');
    const [made] = await codec.encode([
      { metadata: { encoding: bytes(metadata['encoding']) }, data: bytes(data) },
    ]);
    const base64 = (of: Uint8Array | null | undefined) => Buffer.from(of ?? []).toString('base64');
    const names = Object.entries(made?.metadata ?? {}).map(([name, inner]) => [name, base64(inner)]);
    return { metadata: Object.fromEntries(names) as unknown, data: base64(made?.data) };
  };
  return walk(value);
}

describe('report and board, as somebody runs them', () => {
  const directory = mkdtempSync(join(tmpdir(), 'greenlane-pages-'));
  let stack: Stack;
  let sha = '';
  const logs = new Map<string, { code: number | null; stdout: string; summary: string }>();

  beforeAll(async () => {
    stack = await startStack({
      simulator: { tenants: 30, perTenantMs: 10 },
      fleet: { rollout: { batchSize: 3, soak: 0 } },
    });
    await stack.startWorker();
    sha = stack.sim.forge.push();
    const watchers = RUNNERS.map((runner) => {
      const summary = join(directory, `${runner}.md`);
      writeFileSync(summary, '');
      const env = runner === 'pipe' ? {} : { [runner]: 'true', GITHUB_STEP_SUMMARY: summary };
      return { runner, summary, deploy: start(['deploy', '--sha', sha], { ...stack.env, ...env }) };
    });
    // Each has to see the whole of it, however late its process came to run.
    await Promise.all(watchers.map(async ({ deploy }) => deploy.until(/gates/)));
    stack.sim.forge.setGreen(sha, STACK_GATES);
    for (const { runner, summary, deploy } of watchers) {
      const { code, stdout } = await deploy.done;
      logs.set(runner, { code, stdout, summary: readFileSync(summary, 'utf8') });
    }
  });
  afterAll(async () => {
    await stack.stop();
    rmSync(directory, { recursive: true });
  });

  it.each(RUNNERS)('the log of a deploy to 30 tenants is short and whole for %s', (runner) => {
    const { code, stdout = '', summary = '' } = logs.get(runner) ?? {};
    const lines = stdout.trimEnd().split('\n');
    expect(code).toBe(0);
    expect(lines.length).toBeLessThanOrEqual(60);
    expect(lines.at(-1)).toBe('deployed: 30 of 30 tenants answer the release');
    expect(stdout).not.toContain('\u001b');
    const commands = lines.filter((line) => line.startsWith('::'));
    if (runner === 'pipe') return expect([commands, summary]).toEqual([[], '']);
    const opened = commands.filter((line) => line.startsWith('::group::'));
    expect(opened.length).toBeGreaterThan(0);
    expect(commands.filter((line) => line === '::endgroup::')).toHaveLength(opened.length);
    expect(summary).toMatch(/^## .*deployed.*30/is);
    return expect(summary).toContain(`staging-${sha.slice(0, 7)}`);
  });

  it('a report says its verdict, and is written as its name says', async () => {
    const html = join(directory, 'report.html');
    const { code, stdout } = await greenlane(['report', '--sha', sha, '-o', html], stack.env);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Deployed: 30 of 30 tenants of production are proven on staging-.* Report: /);
    expect(readFileSync(html, 'utf8')).toMatch(/^<!doctype html>/);
    const markdown = await greenlane(['report', '--sha', sha.slice(0, 9), '--format', 'md'], stack.env);
    expect(markdown.stdout).toMatch(/^# ✔ Deployed: 30 of 30 tenants/);
  });

  it('a report is made of a redeploy and of a rollback after their end, by what is known of them', async () => {
    const before = Object.values(stack.sim.tenants.fleet.running())[0] ?? '';
    const manual = stack.sim.forge.push();
    const tag = `staging-${manual.slice(0, 7)}`;
    const redeploy = ['redeploy', '--to', tag, '--reason', 'by hand'];
    expect((await greenlane(redeploy, stack.env)).code).toBe(0);
    const markdown = async (...args: string[]) => {
      const { code, stdout, stderr } = await greenlane(['report', '--format', 'md', ...args], stack.env);
      expect([code, stderr]).toEqual([0, '']);
      return stdout.split('\n')[0];
    };
    // The last one that had the fleet; then by its SHA, of which there is no deploy of CI.
    expect(await markdown()).toMatch(
      new RegExp(`Deployed: 30 of 30 tenants of production are proven on ${tag}`),
    );
    expect(await markdown('--sha', manual)).toContain(tag);
    const back = ['rollback', '--to', `staging-${before.slice(0, 7)}`, '--reason', 'worse'];
    expect((await greenlane(back, stack.env)).code).toBe(0);
    const ledger = JSON.parse((await greenlane(['history', '--json'], stack.env)).stdout) as {
      workflowId: string;
    }[];
    expect(ledger[0]?.workflowId).toMatch(/^rollback\/production\//);
    for (const { workflowId } of ledger) expect(await markdown('--deploy', workflowId)).toMatch(/^# ✔/);
    expect((await greenlane(['unpin', '--reason', 'over'], stack.env)).code).toBe(0);
  });

  it('a report is made of what Temporal’s command line and UI export, also where payloads are encrypted', async () => {
    const id = `deploy/production/${sha}`;
    const shown = await run(await temporalCli(), [
      'workflow',
      'show',
      '-w',
      id,
      '-o',
      'json',
      '--address',
      stack.address,
    ]);
    const api = `${stack.server?.uiUrl ?? ''}/api/v1/namespaces/default/workflows/${encodeURIComponent(id)}/history`;
    const downloaded = (await (await fetch(api)).json()) as { history: unknown };
    const key = `k1:${randomBytes(32).toString('base64')}`;
    const encrypted = await encryptPayloads(JSON.parse(shown.stdout), key);
    const files = [shown.stdout, JSON.stringify(downloaded.history), JSON.stringify(encrypted)].map(
      (text, index) => {
        const file = join(directory, `exported-${index}.json`);
        writeFileSync(file, text);
        return file;
      },
    );
    // No configuration and no server: what somebody has who was sent a file.
    const report = async (file = '', env = {}) =>
      greenlane(['report', '--format', 'md', '--history', file], env, directory);
    const [cli, ui, opened, closed] = await Promise.all([
      report(files[0]),
      report(files[1]),
      report(files[2], { GREENLANE_CODEC_KEYS: key }),
      report(files[2]),
    ]);
    for (const { code, stdout } of [cli, ui, opened]) {
      expect(code).toBe(0);
      expect(stdout).toMatch(/^# ✔ Deployed: 30 of 30 tenants/);
    }
    expect([closed.code, closed.stdout]).toEqual([2, '']);
    expect(closed.stderr).toMatch(/^greenlane: .*GREENLANE_CODEC_KEYS.*\n$/);
  });

  it('a report that cannot be made is one line with the remedy, and exit code 1 or 2', async () => {
    const history = join(directory, 'history.json');
    writeFileSync(history, '{"events":[]}');
    const cases: [string[], RegExp][] = [
      [
        ['--sha', 'f'.repeat(40)],
        /^greenlane: there is no deploy of f{40} on production; greenlane status lists/,
      ],
      [['--sha', sha, '--format', 'pdf'], /^greenlane: --format: expected html or md, got "pdf"/],
      [
        ['--history', history],
        /^greenlane: .*history\.json is no history of a workflow: it has no events\. Export/,
      ],
      [['--history', join(directory, 'none')], /^greenlane: .*none cannot be read \(ENOENT\)/],
      [
        ['--sha', sha, '-o', join(directory, 'no', 'report.html')],
        /cannot be written to .* give another file with -o/,
      ],
    ];
    for (const [args, message] of cases) {
      const { code, stdout, stderr } = await greenlane(['report', ...args], stack.env);
      expect([1, 2]).toContain(code);
      expect(stdout).toBe('');
      expect(stderr).toMatch(message);
      expect(stderr.trimEnd()).not.toContain('\n');
    }
  });

  it('I-23: no secret of the world is in a report or on the board', async () => {
    const report = await greenlane(['report', '--sha', sha], stack.env);
    const board = start(['board', '--port', '0', '--json'], stack.env);
    await board.until('"url"');
    const { url } = JSON.parse(board.output()) as { url: string };
    const page = await (await fetch(url)).text();
    board.child.kill('SIGTERM');
    expect((await board.done).code).toBe(0);
    for (const token of Object.values(stack.sim.tokens)) {
      expect(report.stdout).not.toContain(token);
      expect(page).not.toContain(token);
    }
  });

  it('a board serves the fleet until it is told to stop, and warns where others can reach it', async () => {
    const board = start(['board', '--port', '0', '--host', '0.0.0.0'], stack.env);
    await board.until(/Board of production: http:\/\/0\.0\.0\.0:\d+/);
    expect(board.output()).toContain('0.0.0.0 can be reached from other machines');
    const port = /0\.0\.0\.0:(\d+)/.exec(board.output())?.[1] ?? '';
    await expect
      .poll(async () => (await fetch(`http://127.0.0.1:${port}`)).text(), { timeout: 10_000 })
      .toContain('production: free');
    board.child.kill('SIGINT');
    expect((await board.done).code).toBe(0);
  });

  it('a board whose port is in use says so in one line with the remedy', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await greenlane(['board', '--port', String(port)], stack.env);
    other.close();
    expect([code, stderr]).toEqual([
      2,
      `greenlane: port ${port} of 127.0.0.1 is in use: give another one with --port, or 0 for any free one\n`,
    ]);
    const wrong = await greenlane(['board', '--port', 'http'], stack.env);
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      'greenlane: --port: expected a number from 0 (any free one) to 65535, got "http"\n',
    ]);
  });
});
