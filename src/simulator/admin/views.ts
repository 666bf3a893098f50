import type { Answer } from '../exchange.ts';
import { json } from '../exchange.ts';
import type { Fault } from '../faults/schema.ts';
import type { ForgeControl } from '../forge/control.ts';
import type { JournalEntry } from '../journal.ts';
import type { World } from '../world.ts';

/** What `/__sim/state` tells. */
export interface SimulatorState extends Addresses {
  readonly head: string;
  readonly commits: readonly { readonly sha: string; readonly parents: readonly string[] }[];
  /** How many tenants there are. */
  readonly tenants: number;
  /** How many tenants run each SHA. */
  readonly census: Readonly<Record<string, number>>;
  readonly highestEpoch: number;
  /** Tags that were set, with their digests. */
  readonly tags: Readonly<Record<string, string>>;
  readonly faults: readonly (Fault & { readonly id: number; readonly fired: number })[];
  readonly journal: { readonly entries: number; readonly dropped: number; readonly tenantReads: number };
  /** The most tenants that were read at once. */
  readonly mostReading: number;
  /** Errors of the simulator itself. */
  readonly errors: readonly string[];
}

/** Where everything is, and what runs; with `?tenants=1` also what each tenant runs. */
export function stateAnswer(world: World, forge: ForgeControl, query: URLSearchParams): Answer {
  const { fleet, journal } = world;
  const state: SimulatorState = {
    ...addresses(world, forge),
    head: forge.head(),
    commits: world.forge.git.commits().map(({ sha, parents }) => ({ sha, parents })),
    tenants: fleet.size,
    census: fleet.census(),
    highestEpoch: world.controlPlane.highestEpoch,
    tags: world.registry.tags(),
    faults: world.faults.list(),
    journal: { entries: journal.length, dropped: journal.dropped, tenantReads: journal.tenantReads },
    mostReading: fleet.mostReading,
    errors: world.errors.map((error) => error.message),
  };
  return json(200, query.get('tenants') === '1' ? { ...state, running: fleet.running() } : state);
}

/** The addresses a configuration needs, with the repository and branch to name in it. */
export interface Addresses {
  readonly url: string;
  readonly repo: string;
  readonly branch: string;
  readonly forgeUrl: string;
  readonly githubUrl: string;
  readonly controlPlaneUrl: string;
  /** With `{slug}` in it. */
  readonly buildinfoUrl: string;
  readonly registryUrl: string;
  readonly hooksUrl: string;
}

/** The addresses of one simulator. */
export function addresses(world: World, forge: ForgeControl): Addresses {
  return {
    url: world.url,
    repo: forge.repo,
    branch: forge.branch,
    forgeUrl: forge.url,
    githubUrl: forge.githubUrl,
    controlPlaneUrl: world.url,
    buildinfoUrl: `${world.url}/t/{slug}/buildinfo`,
    registryUrl: world.url,
    hooksUrl: `${world.url}/hooks/default`,
  };
}

/** Journal entries: `?where=`, `?dryRun=true|false`, `?since=` (a `seq`), `?effect=true`. */
export function journalAnswer(world: World, query: URLSearchParams): Answer {
  const since = Number(query.get('since') ?? 0);
  const [where, dryRun, effect] = [query.get('where'), query.get('dryRun'), query.get('effect')];
  const fits = (entry: JournalEntry): boolean =>
    entry.seq > since &&
    (where === null || entry.where === where || (where === 'forge' && entry.where.startsWith('forge.'))) &&
    (dryRun === null || entry.dryRun === (dryRun === 'true')) &&
    (effect === null || entry.effect === (effect === 'true'));
  return json(200, world.journal.filter(fits));
}
