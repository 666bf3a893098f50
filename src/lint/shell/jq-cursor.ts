import type { JqToken } from './jq-tokens.ts';

/** Reads the tokens of a jq program one after the other; throws where it cannot go on. */
export class JqCursor {
  protected readonly tokens: readonly JqToken[];
  protected index = 0;
  constructor(tokens: readonly JqToken[]) {
    this.tokens = tokens;
  }

  done(): boolean {
    return this.index >= this.tokens.length;
  }

  protected peek(): JqToken | undefined {
    return this.tokens[this.index];
  }

  protected next(): JqToken {
    const token = this.tokens[this.index];
    if (token === undefined) throw new Error('unexpected end');
    this.index += 1;
    return token;
  }

  protected take(token: string): boolean {
    if (this.peek() !== token) return false;
    this.index += 1;
    return true;
  }

  protected expect(token: string): void {
    if (!this.take(token)) throw new Error(`expected ${token}`);
  }
}
