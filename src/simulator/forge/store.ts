import type { ForgeTokens } from './access.ts';
import type { GitModel } from './git.ts';
import type { StatusStore } from './statuses.ts';
import type { VariableStore } from './variables.ts';
import type { CheckRunStore } from './check-runs.ts';
import type { PullStore } from './pulls.ts';

/** All a forge knows, whatever API it is asked through. */
export interface ForgeStore {
  readonly owner: string;
  readonly name: string;
  readonly tokens: ForgeTokens;
  readonly git: GitModel;
  readonly statuses: StatusStore;
  readonly variables: VariableStore;
  readonly checkRuns: CheckRunStore;
  readonly pulls: PullStore;
  /** Where the Gitea API starts, `…/api/v1` included. */
  readonly giteaUrl: string;
  /** Where the GitHub API starts. */
  readonly githubUrl: string;
  /** See `SimulatorOptions.plant`. */
  readonly plant: () => string | undefined;
}

/** Seconds, as both APIs write times. */
export function timestamp(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
