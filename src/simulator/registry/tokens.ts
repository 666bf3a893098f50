import { randomUUID } from 'node:crypto';

/** The bearer tokens a registry handed out, each for the scope that was asked for. */
export class RegistryTokens {
  readonly #scopes = new Map<string, string>();

  /** A new token for a scope such as `repository:acme/core:pull`. */
  issue(scope: string): string {
    const token = randomUUID();
    this.#scopes.set(token, scope);
    return token;
  }

  /** The scope behind an `Authorization` header; `undefined` for a token that was never handed out. */
  scopeOf(header: string | undefined): string | undefined {
    return this.#scopes.get(/^bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? '');
  }
}
