import type { createLogUpdate } from 'log-update';

type LogUpdate = ReturnType<typeof createLogUpdate>;

/**
 * A screen that a live frame and plain lines share: while a frame stands, everything else that is written goes
 * above it. It loads nothing: every command has one, few draw on it.
 */
export class Terminal {
  readonly #stream: NodeJS.WriteStream;
  #update: LogUpdate | undefined;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  get columns(): number {
    return this.#stream.columns || 80;
  }

  get rows(): number {
    return this.#stream.rows || 24;
  }

  /** Writes text for good: on `stream` (this screen unless told otherwise), or above the frame while one stands. */
  write(text: string, stream: NodeJS.WriteStream = this.#stream): void {
    if (this.#update === undefined) stream.write(text);
    else this.#update.persist(text.replace(/\n$/, ''));
  }

  /** Begins to draw frames with the drawing library, which the caller has loaded. */
  begin(create: (stream: NodeJS.WriteStream) => LogUpdate): void {
    this.#update = create(this.#stream);
  }

  /** Draws the frame in the place of the one before. */
  draw(frame: string): void {
    this.#update?.(frame);
  }

  /** Takes away a frame that stands on `rows` lines; after a resize that is more than the library knows of. */
  erase(rows: number): void {
    if (this.#update === undefined) return;
    this.#stream.write(`\r\u001b[${Math.max(1, Math.min(rows, this.rows))}A\u001b[J`);
    this.#update.done();
  }

  onResize(listener: () => void): void {
    this.#stream.on('resize', listener);
  }

  offResize(listener: () => void): void {
    this.#stream.off('resize', listener);
  }

  /** Leaves the last frame standing; what is written from now on comes below it. */
  end(): void {
    this.#update?.done();
    this.#update = undefined;
  }
}
