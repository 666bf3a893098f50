import type { Outcome } from '../../src/rollout/outcome.ts';
import { commandSignal, commandUpdate } from '../../src/workflows/messages.ts';
import type { CommandName, Receipt } from '../../src/workflows/status.ts';
import { until } from '../support/until.ts';
import type { Deploy, Lane, World } from '../support/worker.ts';

/** One way a deploy, or the lock, can live and end; recorded once, replayed against the code of today. */
export interface Scenario {
  /** File name of the recording. */
  readonly name: string;
  /** The server suggests continue-as-new after a few dozen events, so that a chain of runs stays small. */
  readonly shortRuns?: boolean;
  /** Lives through it. @returns how its deploys ended; `terminated` for one that was ended by hand */
  live(lane: Lane): Promise<readonly (Outcome | 'terminated')[]>;
}

/** Holds every call of the control plane that names the tenant, until it is let go; `arrived` is of the first from now on. */
export function hold(world: World, slug = 'hongming') {
  const before = world.sim.journal.at(-1)?.seq ?? 0;
  const release = world.sim.fault({ where: 'control-plane', slug, kind: 'hold' });
  const names = (call: { seq: number; slugs?: readonly string[]; dryRun?: boolean }): boolean =>
    call.seq > before && call.dryRun !== true && call.slugs?.includes(slug) === true;
  return { release, arrived: () => world.sim.journal.until('control-plane', names, 30_000) };
}

export async function inPhase(deploy: Deploy, phase: string): Promise<void> {
  await until(async () => {
    try {
      return (await deploy.query<{ phase: string }>('status')).phase === phase;
    } catch {
      return false;
    }
  }, 45_000);
}

/** Tells a deploy something and waits for its receipt. */
export async function steer(deploy: Deploy, name: CommandName, more: Record<string, unknown> = {}) {
  return deploy.executeUpdate<Receipt, [unknown]>(commandUpdate(name), {
    args: [{ reason: `${name}, for the record`, actor: 'an operator', ...more }],
  });
}

/** The same by signal, as typed into Temporal UI. */
export async function signal(deploy: Deploy, name: CommandName, message: unknown): Promise<void> {
  await deploy.signal(commandSignal(name), message);
}

/** Waits for the ends. */
export async function ends(deploys: readonly Deploy[]): Promise<Outcome[]> {
  return Promise.all(deploys.map(async (deploy) => (await deploy.result()).outcome));
}
