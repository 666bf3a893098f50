import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STACK_GATES, startStack, type Stack } from '../../src/dev/stack.ts';
import { greenlane, start } from '../support/cli.ts';

describe('report and board, as somebody runs them', () => {
  const directory = mkdtempSync(join(tmpdir(), 'greenlane-pages-'));
  let stack: Stack;
  let sha = '';

  beforeAll(async () => {
    stack = await startStack({ simulator: { tenants: 7 }, fleet: { rollout: { soak: 0 } } });
    await stack.startWorker();
    sha = stack.sim.forge.push();
    stack.sim.forge.setGreen(sha, STACK_GATES);
    expect((await greenlane(['deploy', '--sha', sha], stack.env)).code).toBe(0);
  });
  afterAll(async () => {
    await stack.stop();
    rmSync(directory, { recursive: true });
  });

  it('a report says its verdict, and is written as its name says', async () => {
    const html = join(directory, 'report.html');
    const { code, stdout } = await greenlane(['report', '--sha', sha, '-o', html], stack.env);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Deployed: 7 of 7 tenants of production are proven on staging-.* Report: /);
    expect(readFileSync(html, 'utf8')).toMatch(/^<!doctype html>/);
    const markdown = await greenlane(['report', '--sha', sha.slice(0, 9), '--format', 'md'], stack.env);
    expect(markdown.stdout).toMatch(/^# ✔ Deployed: 7 of 7 tenants/);
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
