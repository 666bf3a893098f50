import { createLogUpdate } from 'log-update';
import stringWidth from 'string-width';
import type { Environment } from '../config/environment.ts';
import type { DeployResult, DeployStatus } from '../workflows/status.ts';
import { frameOf, type View } from './frame.ts';
import type { Renderer } from './renderer.ts';
import type { Snapshot } from './snapshot.ts';
import { styleOf } from './style.ts';
import type { Terminal } from './terminal.ts';

/** The clocks on the screen go on between two looks. */
const REDRAW_MS = 500;

/** A live view on a terminal: everything about the deploy on one screen, drawn in place. */
export class LiveRenderer implements Renderer {
  readonly #terminal: Terminal;
  readonly #env: Environment;
  readonly #clock: NodeJS.Timeout;
  readonly #resized = (): void => this.#redrawAtNewWidth();
  #view: View = {};
  #drawn: readonly string[] = [];

  constructor(terminal: Terminal, env: Environment) {
    this.#terminal = terminal;
    this.#env = env;
    terminal.begin((stream) => createLogUpdate(stream));
    terminal.onResize(this.#resized);
    this.#clock = setInterval(() => this.#draw(), REDRAW_MS).unref();
  }

  show(snapshot: Snapshot): void {
    const status = snapshot.status ?? this.#view.snapshot?.status;
    this.#view = {
      snapshot: status === undefined ? snapshot : { ...snapshot, status },
      ...(snapshot.silent === undefined ? {} : { trouble: snapshot.silent }),
      ...(snapshot.gates === undefined && this.#view.gates === undefined
        ? {}
        : { gates: snapshot.gates ?? this.#view.gates ?? [] }),
    };
    this.#draw();
  }

  trouble(text: string): void {
    this.#view = { ...this.#view, trouble: text };
    this.#draw();
  }

  halted(status: DeployStatus): void {
    this.#view = { ...this.#view, snapshot: { running: true, ...this.#view.snapshot, status }, over: true };
    this.#draw();
  }

  end(result: DeployResult): void {
    const { trouble: _, ...view } = this.#view;
    this.#view = { ...view, result, over: true };
    this.#draw();
  }

  close(): void {
    clearInterval(this.#clock);
    this.#terminal.offResize(this.#resized);
    this.#view = { ...this.#view, over: true };
    this.#draw();
    this.#terminal.end();
  }

  #draw(): void {
    const { columns, rows } = this.#terminal;
    // The last column stays empty: some terminals break a line that fills it.
    this.#drawn = frameOf(this.#view, styleOf(this.#env, { columns: columns - 1, rows }), Date.now());
    this.#terminal.draw(this.#drawn.join('\n'));
  }

  /** What was drawn at the old width may stand on more lines now than the drawing library knows of. */
  #redrawAtNewWidth(): void {
    const { columns } = this.#terminal;
    const rows = this.#drawn.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(stringWidth(line) / columns)),
      0,
    );
    this.#terminal.erase(rows);
    this.#draw();
  }
}
