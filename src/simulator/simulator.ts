import { Clock } from './clock.ts';
import { serveAdminWith } from './admin/handler.ts';
import type { Addresses } from './admin/views.ts';
import { addresses } from './admin/views.ts';
import type { Fault, Place } from './faults/schema.ts';
import { FaultTable } from './faults/table.ts';
import { CheckRunStore } from './forge/check-runs.ts';
import { ForgeControl } from './forge/control.ts';
import { GitModel } from './forge/git.ts';
import { PullStore } from './forge/pulls.ts';
import { StatusStore } from './forge/statuses.ts';
import type { ForgeStore } from './forge/store.ts';
import { VariableStore } from './forge/variables.ts';
import { Journal } from './journal.ts';
import type { Settings, SimulatorOptions } from './options.ts';
import { defaultTokens, settingsOf, tenantSlugs } from './options.ts';
import { seededRandom } from './random.ts';
import { Registry } from './registry/store.ts';
import { RegistryTokens } from './registry/tokens.ts';
import { listen, serve } from './server.ts';
import { Fleet } from './tenants/fleet.ts';
import type { World } from './world.ts';

/** The tenants with their address; `{slug}` in it is for Greenlane's configuration. */
export interface SimulatedTenants {
  /** `http://127.0.0.1:PORT/t/{slug}/buildinfo`. */
  readonly buildinfoUrl: string;
  /** `http://127.0.0.1:PORT/t/{slug}/healthz`. */
  readonly healthzUrl: string;
  readonly fleet: Fleet;
}

/** A running simulator. */
export interface Simulator {
  /** `http://127.0.0.1:PORT`; the admin API is below `/__sim/`. */
  readonly url: string;
  /** All addresses in one object, as `main.ts` prints them. */
  readonly addresses: Addresses;
  readonly forge: ForgeControl;
  readonly controlPlane: { readonly url: string; readonly highestEpoch: number };
  readonly tenants: SimulatedTenants;
  /** The image repository is `${url}/v2/<owner>/<name>`. */
  readonly registry: { readonly url: string; readonly repository: string; readonly images: Registry };
  /** Send hooks to this address, or to any path below it. */
  readonly hooks: { readonly url: string };
  readonly tokens: { readonly controlPlane: string; readonly forge: string; readonly control: string };
  readonly journal: Journal;
  /** What can be changed at any time: `sim.settings.perTenantMs = 50`. */
  readonly settings: Settings;
  /** Errors of the simulator itself; a test may check that there were none. */
  readonly errors: readonly Error[];
  /** Arms a fault; the answer takes it away again, and lets go the calls a `hold` holds. */
  readonly fault: (fault: Fault) => () => void;
  /** Takes all faults away. */
  readonly clearFaults: () => void;
  /** Ends all connections and everything still under way. */
  readonly close: () => Promise<void>;
}

export type { Fault, Place };

/**
 * Starts a forge, a control plane, tenants, a registry and a webhook sink on one loopback port, in this
 * process. Throws when the port is taken or an option makes no sense.
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const [owner, name, ...more] = (options.repo ?? 'acme/core').split('/');
  if (!owner || !name || more.length > 0)
    throw new Error(`repo must be owner/name, not ${options.repo ?? ''}`);
  const seed = options.seed ?? 1;
  const settings = settingsOf(options);
  const git = new GitModel(seed, options.branch ?? 'main', options.initialSha);
  const slugs = tenantSlugs(options.tenants);
  const tokens = {
    controlPlane: options.controlPlaneToken ?? defaultTokens.controlPlane,
    forge: options.forgeToken ?? defaultTokens.forge,
    control: options.controlToken ?? defaultTokens.control,
  };
  const { server, url } = await listen(options.port ?? 0);
  const forge: ForgeStore = {
    owner,
    name,
    tokens,
    git,
    statuses: new StatusStore(options.forgeVersion === '1.22'),
    variables: new VariableStore(),
    checkRuns: new CheckRunStore(),
    pulls: new PullStore(),
    giteaUrl: `${url}/forge/api/v1`,
    githubUrl: `${url}/github`,
    plant: () => settings.plant,
  };
  const world: World = {
    url,
    settings,
    clock: new Clock(),
    journal: new Journal(options.journalLimit ?? 200_000),
    faults: new FaultTable(seededRandom(seed)),
    forge,
    fleet: new Fleet(slugs, git.head()),
    registry: new Registry(git),
    registryTokens: new RegistryTokens(),
    controlPlane: { token: tokens.controlPlane, highestEpoch: 0, answers: new Map() },
    journalTenantReads: options.journalTenantReads ?? slugs.length <= 2_000,
    errors: [],
  };
  const control = new ForgeControl(forge, `${url}/forge`);
  serve(server, world, serveAdminWith(world, control));
  return {
    url,
    addresses: addresses(world, control),
    forge: control,
    controlPlane: {
      url,
      get highestEpoch() {
        return world.controlPlane.highestEpoch;
      },
    },
    tenants: {
      buildinfoUrl: `${url}/t/{slug}/buildinfo`,
      healthzUrl: `${url}/t/{slug}/healthz`,
      fleet: world.fleet,
    },
    registry: { url, repository: `${owner}/${name}`, images: world.registry },
    hooks: { url: `${url}/hooks/default` },
    tokens,
    journal: world.journal,
    settings,
    errors: world.errors,
    fault: (fault) => {
      const id = world.faults.add(fault);
      return () => {
        world.faults.remove(id);
      };
    },
    clearFaults: () => {
      world.faults.clear();
    },
    close: async () => {
      world.clock.stop();
      world.faults.clear();
      const ended = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await ended;
    },
  };
}
