import type { Fault, Place, RequestFault, TenantFault } from './schema.ts';
import { faultSchema, isRequestFault, isTenantFault } from './schema.ts';

/** A call as the table sees it. */
export interface CallFacts {
  /** Path with query. */
  readonly path: string;
  /** Whether the call concerns this tenant; absent where calls have no tenants. */
  readonly concerns?: (slug: string) => boolean;
  /** Only for the control plane. */
  readonly dryRun?: boolean;
}

/** What strikes one call. */
export interface Strike {
  /** Extra time before anything happens, in ms. */
  readonly delayMs: number;
  /** Each resolves when its `hold` fault is removed. */
  readonly holds: readonly Promise<void>[];
  /** Decides the answer. */
  readonly answer: RequestFault | undefined;
  /** Faults of single tenants, for whoever works on them. */
  readonly tenants: readonly TenantFault[];
  /** Extra ms per tenant of a control-plane call. */
  readonly slowTenants: ReadonlyMap<string, number>;
}

interface Armed {
  readonly id: number;
  readonly fault: Fault;
  readonly removed: Promise<void>;
  readonly release: () => void;
  seen: number;
  fired: number;
}

const nothing: Strike = { delayMs: 0, holds: [], answer: undefined, tenants: [], slowTenants: new Map() };

/** The faults in force, in the order they were set. */
export class FaultTable {
  readonly #armed = new Map<number, Armed>();
  readonly #random: () => number;
  #nextId = 1;
  /** Whether any fault can meet a tenant's own endpoints: lets their hot path skip the table. */
  tenantFaults = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Arms a fault; the answer is its id. Throws zod's error for a fault that makes no sense. */
  add(request: Fault): number {
    const fault = faultSchema.parse(request);
    const id = this.#nextId++;
    let release = (): void => undefined;
    const removed = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#armed.set(id, { id, fault, removed, release, seen: 0, fired: 0 });
    this.#count();
    return id;
  }

  /** Takes a fault away and lets go what it holds; false when it is not there any more. */
  remove(id: number): boolean {
    const armed = this.#armed.get(id);
    armed?.release();
    const was = this.#armed.delete(id);
    this.#count();
    return was;
  }

  clear(): void {
    for (const id of [...this.#armed.keys()]) this.remove(id);
  }

  /** The faults in force, for the admin API. */
  list(): (Fault & { id: number; fired: number })[] {
    return [...this.#armed.values()].map(({ id, fault, fired }) => ({ ...fault, id, fired }));
  }

  /** Whether a standing fault of the tenant's own place says this of it; counts nothing. */
  stands(slug: string, kind: Fault['kind']): boolean {
    if (this.tenantFaults === 0) return false;
    for (const armed of this.#armed.values()) {
      const { fault } = armed;
      if (fault.where !== 'tenant' || fault.kind !== kind) continue;
      if (fault.slug !== undefined && fault.slug !== slug) continue;
      if (armed.seen >= (fault.after ?? 0)) return true;
    }
    return false;
  }

  /**
   * What strikes this call. Every matching fault counts the call; of those that decide the answer only the
   * first strikes, so that two faults with `times: 1` make two calls fail one after the other.
   */
  strike(where: Place, call: CallFacts): Strike {
    if (this.#armed.size === 0) return nothing;
    let delayMs = 0;
    let answer: RequestFault | undefined;
    const holds: Promise<void>[] = [];
    const tenants: TenantFault[] = [];
    const slowTenants = new Map<string, number>();
    for (const armed of this.#armed.values()) {
      const { fault } = armed;
      if (!meets(fault, where, call)) continue;
      armed.seen += 1;
      if (armed.seen <= (fault.after ?? 0)) continue;
      // A spent `hold` stays armed for the calls it still holds.
      if (fault.times !== undefined && armed.fired >= fault.times) continue;
      if (isRequestFault(fault) && answer !== undefined) continue;
      if (fault.chance !== undefined && this.#random() >= fault.chance) continue;
      if (isRequestFault(fault)) answer = fault;
      else if (isTenantFault(fault)) tenants.push(fault);
      else if (fault.kind === 'hold') holds.push(armed.removed);
      else if (where === 'control-plane' && fault.slug !== undefined) slowTenants.set(fault.slug, fault.ms);
      else delayMs += fault.ms;
      armed.fired += 1;
      if (fault.times !== undefined && armed.fired >= fault.times && fault.kind !== 'hold')
        this.remove(armed.id);
    }
    return { delayMs, holds, answer, tenants, slowTenants };
  }

  #count(): void {
    this.tenantFaults = [...this.#armed.values()].filter((armed) => armed.fault.where === 'tenant').length;
  }
}

function meets(fault: Fault, where: Place, call: CallFacts): boolean {
  if (fault.where !== where && !(fault.where === 'forge' && where.startsWith('forge.'))) return false;
  if (fault.match !== undefined && !call.path.includes(fault.match)) return false;
  if (call.dryRun !== undefined) {
    const ofTenants = fault.slug !== undefined || isTenantFault(fault);
    const wanted = fault.dryRun ?? (ofTenants ? false : call.dryRun);
    if (wanted !== call.dryRun) return false;
  }
  return fault.slug === undefined || (call.concerns?.(fault.slug) ?? false);
}
