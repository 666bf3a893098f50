import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LiveRenderer } from '../../src/progress/live.ts';
import { createRenderer } from '../../src/progress/renderer.ts';
import { CiRenderer } from '../../src/progress/ci.ts';
import { PlainRenderer } from '../../src/progress/plain.ts';
import { Terminal } from '../../src/progress/terminal.ts';
import { recorder, sampleResult, sampleStatus, T0 } from './samples.ts';

/** A screen that keeps what is written to it. */
class Screen extends EventEmitter {
  columns = 80;
  rows = 24;
  isTTY = true;
  text = '';
  write(chunk: string): boolean {
    this.text += chunk;
    return true;
  }
}

function start() {
  const screen = new Screen();
  const terminal = new Terminal(screen as unknown as NodeJS.WriteStream);
  const renderer = new LiveRenderer(terminal, { NO_COLOR: '1', LANG: 'C.UTF-8' });
  return { screen, terminal, renderer };
}

describe('the live view', () => {
  afterEach(() => vi.useRealTimers());

  it('draws in place, and leaves the last frame standing', () => {
    const { screen, renderer } = start();
    renderer.show({ running: true, status: sampleStatus({ wave: 3 }) });
    renderer.show({ running: true, status: sampleStatus({ wave: 4 }) });
    expect(screen.text).toContain('3 of about 11 waves done');
    expect(screen.text).toContain('4 of about 11 waves done');
    expect(screen.text.match(/production {2}staging/g)).toHaveLength(1);
    renderer.end(sampleResult());
    renderer.close();
    expect(screen.text.trimEnd()).toMatch(/30 of 30 tenants\s+\S*$/);
  });

  it('moves its clocks between two looks', () => {
    vi.useFakeTimers({ now: T0 + 10_000 });
    const { screen, renderer } = start();
    renderer.show({ running: true, status: sampleStatus({ phase: 'soak', soakUntil: T0 + 40_000 }) });
    expect(screen.text).toContain('30s left');
    vi.advanceTimersByTime(3_000);
    expect(screen.text).toContain('27s left');
    renderer.close();
  });

  it('keeps lines of others above the frame', () => {
    const { screen, terminal, renderer } = start();
    renderer.show({ running: true, status: sampleStatus() });
    terminal.write('the worker is gone\n');
    const written = screen.text;
    renderer.show({ running: true, status: sampleStatus({ wave: 4 }) });
    expect(written.indexOf('the worker is gone')).toBeGreaterThan(0);
    renderer.close();
    terminal.write('below\n');
    expect(screen.text.endsWith('below\n')).toBe(true);
  });

  it('keeps the gates it has seen while a look finds none', () => {
    const { screen, renderer } = start();
    const gates = [
      { context: 'CI / a', state: 'waiting', reported: 'pending', description: '', url: '' } as const,
    ];
    renderer.show({ running: true, status: sampleStatus({ phase: 'gates' }), gates });
    screen.text = '';
    screen.columns = 70;
    renderer.show({ running: true, status: sampleStatus({ phase: 'gates' }) });
    expect(screen.text).toContain('CI / a');
    renderer.close();
  });

  it('keeps the deploy on the screen while nobody answers, and says so', () => {
    const { screen, renderer } = start();
    renderer.show({ running: true, status: sampleStatus() });
    renderer.show({ running: true, silent: 'no worker on the lane publish answers' });
    screen.text = '';
    screen.columns = 70;
    renderer.trouble('Temporal does not answer');
    expect(screen.text).toContain('3 of about 11 waves done');
    expect(screen.text).toContain('Temporal does not answer');
    renderer.close();
  });

  it('draws anew at a new width, taking away what the old frame has become', () => {
    const { screen, renderer } = start();
    renderer.show({ running: true, status: sampleStatus() });
    screen.text = '';
    screen.columns = 40;
    screen.emit('resize');
    expect(screen.text).toMatch(/\u001b\[\d+A\u001b\[J/);
    expect(screen.text).toContain('production');
    renderer.close();
    expect(screen.listenerCount('resize')).toBe(0);
  });
});

describe('the choice of a renderer', () => {
  const terminal = new Terminal(new Screen() as unknown as NodeJS.WriteStream);

  it('is groups in CI, also when the runner offers a terminal', () => {
    for (const name of ['GITHUB_ACTIONS', 'GITEA_ACTIONS', 'FORGEJO_ACTIONS'])
      expect(createRenderer({ ...recorder({ [name]: 'true' }), terminal }, {}, 'default')).toBeInstanceOf(
        CiRenderer,
      );
  });

  it('is a live view on a terminal, and lines everywhere else', () => {
    const live = createRenderer({ ...recorder(), terminal }, {}, 'default');
    expect(live).toBeInstanceOf(LiveRenderer);
    live.close();
    expect(createRenderer({ ...recorder(), terminal }, { json: true }, 'default')).toBeInstanceOf(
      PlainRenderer,
    );
    expect(createRenderer(recorder(), {}, 'default')).toBeInstanceOf(PlainRenderer);
  });
});
