/** Where an Actions variable is set. */
export type VariableScope = 'repo' | 'org';

/** The Actions variables of the repository and of its organisation; names are upper case, as on Gitea. */
export class VariableStore {
  readonly #values = { repo: new Map<string, string>(), org: new Map<string, string>() };

  /** Sets a variable; `undefined` takes it away. */
  set(scope: VariableScope, name: string, value: string | undefined): void {
    if (value === undefined) this.#values[scope].delete(name.toUpperCase());
    else this.#values[scope].set(name.toUpperCase(), value);
  }

  get(scope: VariableScope, name: string): string | undefined {
    return this.#values[scope].get(name.toUpperCase());
  }
}
