/** The tokens of a simulator that was told none. They open nothing but simulators. */
export const defaultTokens = {
  controlPlane: 'simulated-control-plane-token',
  forge: 'simulated-forge-token',
  control: 'simulated-control-token',
} as const;

/** A number for all tenants, or one for each. */
export type PerTenant = number | ((slug: string) => number);

export interface SimulatorOptions {
  /** How many tenants, or their slugs. The first of a counted fleet is `hongming`, the default canary. */
  readonly tenants: number | readonly string[];
  /** The commit every tenant runs at the start, and the first of the branch. */
  readonly initialSha?: string;
  /** Decides SHAs and the faults with a `chance`. Default 1. */
  readonly seed?: number;
  readonly controlPlaneToken?: string;
  /** Reads statuses, branches and compare, and posts statuses. */
  readonly forgeToken?: string;
  /** Reads Actions variables, and nothing else. */
  readonly controlToken?: string;
  /** How long a redeploy of one tenant takes, in ms. Default 0. */
  readonly perTenantMs?: PerTenant;
  /** How long a tenant still answers with its old SHA after a swap, in ms. Default 0. */
  readonly settleMs?: PerTenant;
  /** How long a tenant takes to answer `/buildinfo`, in ms. Default 0. */
  readonly answerMs?: number;
  /** `owner/name`; default `acme/core`. */
  readonly repo?: string;
  /** Default `main`. */
  readonly branch?: string;
  /** Default: any free port. */
  readonly port?: number;
  /** How skipped and cancelled jobs are posted: up to 1.24 in disguise, see contracts. Default `1.26`. */
  readonly forgeVersion?: '1.22' | '1.26';
  /** The control plane answers a repeated `Idempotency-Key` with the first answer. Default false. */
  readonly idempotent?: boolean;
  /** The control plane refuses (409) an epoch lower than the highest it saw. Default false. */
  readonly fenceEpochs?: boolean;
  /** The control plane is too old to send `verified_on_target`. Default false. */
  readonly oldControlPlane?: boolean;
  /** The registry asks for a token (OCI token authentication) before it answers. Default false. */
  readonly registryAuth?: boolean;
  /** Most journal entries to keep. Default 200,000. */
  readonly journalLimit?: number;
  /** Whether reads of tenants are journal entries. Default: up to 2,000 tenants, then they are only counted. */
  readonly journalTenantReads?: boolean;
  /** A text put into every body, header, description and error where a real system might leak a secret (I-23). */
  readonly plant?: string;
  /** How far the simulator's clock (header `Date`) is ahead of this machine's, in ms. Default 0. */
  readonly clockSkewMs?: number;
}

/** What can be changed while the simulator runs. */
export interface Settings {
  perTenantMs: PerTenant;
  settleMs: PerTenant;
  answerMs: number;
  idempotent: boolean;
  fenceEpochs: boolean;
  oldControlPlane: boolean;
  registryAuth: boolean;
  plant: string | undefined;
  clockSkewMs: number;
}

export function settingsOf(options: SimulatorOptions): Settings {
  return {
    perTenantMs: options.perTenantMs ?? 0,
    settleMs: options.settleMs ?? 0,
    answerMs: options.answerMs ?? 0,
    idempotent: options.idempotent ?? false,
    fenceEpochs: options.fenceEpochs ?? false,
    oldControlPlane: options.oldControlPlane ?? false,
    registryAuth: options.registryAuth ?? false,
    plant: options.plant,
    clockSkewMs: options.clockSkewMs ?? 0,
  };
}

/** The value for one tenant. */
export function forTenant(value: PerTenant, slug: string): number {
  return typeof value === 'number' ? value : value(slug);
}

/** The slugs of a counted fleet: `hongming`, `tenant-002`, `tenant-003`, … with as many digits as it needs. */
export function tenantSlugs(tenants: number | readonly string[]): readonly string[] {
  if (typeof tenants !== 'number') return tenants;
  const digits = Math.max(3, String(tenants).length);
  return Array.from({ length: tenants }, (_, index) =>
    index === 0 ? 'hongming' : `tenant-${String(index + 1).padStart(digits, '0')}`,
  );
}
