import { lockId } from '../../src/workflows/lock-id.ts';
import { lockQuery, statusQuery } from '../../src/workflows/messages.ts';
import type { DeployStatus } from '../../src/workflows/status.ts';
import type { Deploy, Lane, World } from '../support/worker.ts';

export const tagOf = (sha: string): string => `staging-${sha.slice(0, 7)}`;

/** What a deploy says of itself. */
export async function statusOf(deploy: Deploy): Promise<DeployStatus> {
  return deploy.query(statusQuery);
}

/** The audit trail, one line each: `actor: what`. */
export async function trailOf(deploy: Deploy): Promise<string[]> {
  return (await statusOf(deploy)).audit.map(({ actor, what }) => `${actor}: ${what}`);
}

/** The lock of a fleet, as people see it. */
export async function lockOf(lane: Lane, { name }: World) {
  return lane.environment.client.workflow.getHandle(lockId(name)).query(lockQuery);
}

/** Which tenants each call named, in order. */
export function waves(world: World, from = 0): (readonly string[])[] {
  return world
    .calls()
    .slice(from)
    .map((call) => call.slugs ?? []);
}

/** What every tenant runs, by its slug. */
export function running({ sim }: World): Record<string, string> {
  return sim.tenants.fleet.running();
}

/** Moves a tenant past Greenlane, as somebody does by hand. */
export function moveByHand({ sim }: World, slug: string, sha: string): void {
  sim.tenants.fleet.move(slug, sha, 0);
}
