import type { Fault } from './faults/schema.ts';
import type { CheckRun } from './forge/check-runs.ts';
import type { StatusRow } from './forge/statuses.ts';
import type { VariableScope } from './forge/variables.ts';
import type { SimulatorState } from './admin/views.ts';
import type { JournalEntry } from './journal.ts';
import type { Settings } from './options.ts';

/** A commit to add: on the head and pushed, unless it says otherwise. */
export interface RemoteCommit {
  readonly parent?: string | readonly string[];
  readonly sha?: string;
  readonly message?: string;
  readonly push?: boolean;
}

/** Which journal entries to fetch. */
export interface RemoteJournalFilter {
  readonly where?: string;
  readonly dryRun?: boolean;
  readonly effect?: boolean;
  /** Only entries with a higher `seq`. */
  readonly since?: number;
}

/** A simulator in another process, steered through its admin API. Every call throws when it is refused. */
export class RemoteSimulator {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  state(): Promise<SimulatorState> {
    return this.#call('GET', 'state');
  }

  /** With what each tenant runs, by slug. */
  running(): Promise<SimulatorState & { readonly running: Readonly<Record<string, string>> }> {
    return this.#call('GET', 'state?tenants=1');
  }

  /** Adds a commit; gives its SHA. */
  async commit(commit: RemoteCommit = {}): Promise<string> {
    return (await this.#call<{ sha: string }>('POST', 'commit', commit)).sha;
  }

  /** Moves a branch (default: the main one). */
  async push(sha: string, branch?: string): Promise<void> {
    await this.#call('POST', 'push', { sha, branch });
  }

  setStatus(sha: string, context: string, state: string, description?: string): Promise<StatusRow> {
    return this.#call('POST', 'status', { sha, context, state, description });
  }

  setCheckRun(
    sha: string,
    name: string,
    status: string,
    conclusion: string | null = null,
  ): Promise<CheckRun> {
    return this.#call('POST', 'check-run', { sha, name, status, conclusion });
  }

  /** Sets an Actions variable; `undefined` takes it away. */
  async setVariable(scope: VariableScope, name: string, value: string | undefined): Promise<void> {
    await this.#call('POST', 'variable', { scope, name, value: value ?? null });
  }

  /** Moves a tenant, adds it, or (no SHA) tears it down. */
  async setTenant(slug: string, sha: string | undefined): Promise<void> {
    await this.#call('POST', 'tenant', { slug, sha: sha ?? null });
  }

  /** Makes a tag stand for a commit's image, or (no SHA) withholds it. */
  async setTag(tag: string, sha: string | undefined): Promise<void> {
    await this.#call('POST', 'tag', { tag, sha: sha ?? null });
  }

  /** Changes settings; times per tenant are one number for all here. */
  async set(
    settings: Partial<Omit<Settings, 'plant' | 'perTenantMs' | 'settleMs'>> & {
      perTenantMs?: number;
      settleMs?: number;
    },
  ): Promise<void> {
    await this.#call('POST', 'settings', settings);
  }

  /** Arms a fault; the answer takes it away. */
  async fault(fault: Fault): Promise<() => Promise<void>> {
    const { id } = await this.#call<{ id: number }>('POST', 'fault', fault);
    return async () => {
      await this.#call('DELETE', `fault/${id}`).catch(() => undefined);
    };
  }

  async clearFaults(): Promise<void> {
    await this.#call('DELETE', 'fault');
  }

  /** The entries that fit, oldest first. */
  journal(filter: RemoteJournalFilter = {}): Promise<JournalEntry[]> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(filter)) query.set(name, String(value));
    return this.#call('GET', `journal?${query.toString()}`);
  }

  /** The status rows that were posted over HTTP. */
  statusesPosted(sha: string): Promise<StatusRow[]> {
    return this.#call('GET', `posted?sha=${encodeURIComponent(sha)}`);
  }

  async #call<Result>(method: string, path: string, body?: unknown): Promise<Result> {
    const response = await fetch(`${this.url}/__sim/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) {
      throw new Error(
        `Simulator at ${this.url}: ${method} ${path}: ${response.status} ${JSON.stringify(answer)}`,
      );
    }
    return answer as Result;
  }
}
