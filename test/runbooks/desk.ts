import { connect, type TemporalAccess } from '../../src/client/connect.ts';
import { deployId, startDeploy, type DeployHandle } from '../../src/client/deploys.ts';
import { probeLane } from '../../src/client/lane.ts';
import { STACK_GATES, type Stack } from '../../src/dev/stack.ts';
import { lockId } from '../../src/workflows/lock-id.ts';
import { commandUpdate, holdUpdate, statusQuery, type HoldName } from '../../src/workflows/messages.ts';
import { takeSnapshot } from '../../src/progress/snapshot.ts';
import { until } from '../support/until.ts';

/** What happens around a runbook: CI that deploys, colleagues that hold and halt. */
export class Desk {
  readonly #access: TemporalAccess;
  readonly #stack: Stack;

  private constructor(stack: Stack, access: TemporalAccess) {
    this.#stack = stack;
    this.#access = access;
  }

  static async open(stack: Stack): Promise<Desk> {
    return new Desk(stack, await connect(stack.env));
  }

  async close(): Promise<void> {
    await this.#access.close();
  }

  /** A commit that CI likes, and what a person has of it. */
  green(): { readonly SHA: string; readonly TAG: string } {
    const { forge } = this.#stack.sim;
    const SHA = forge.push();
    forge.setGreen(SHA, STACK_GATES);
    return { SHA, TAG: `staging-${SHA.slice(0, 7)}` };
  }

  async begin(sha: string, fleet = 'production'): Promise<DeployHandle> {
    const { searchAttributes } = await probeLane(this.#access, fleet);
    const request = { fleet, sha, kind: 'auto', actor: 'ci', searchAttributes } as const;
    return startDeploy(this.#access, deployId(fleet, sha), request);
  }

  /** How the deploy ends. */
  async outcome(sha: string, fleet = 'production'): Promise<string> {
    const { outcome } = (await this.#deploy(sha, fleet).result()) as { outcome: string };
    return outcome;
  }

  /** Gates that the deploy waits for, as it says in Temporal; none before its first look. */
  async waitsFor(sha: string): Promise<string[]> {
    const { gates } = await takeSnapshot(this.#access, deployId('production', sha), 'production');
    return (gates ?? []).filter(({ state }) => state === 'waiting').map(({ context }) => context);
  }

  async phase(sha: string, phase: string, fleet = 'production'): Promise<void> {
    await until(async () => (await this.#deploy(sha, fleet).query(statusQuery)).phase === phase, 30_000);
  }

  async halt(sha: string): Promise<void> {
    const message = { reason: 'errors on the canary', actor: 'ada' };
    await this.#deploy(sha, 'production').executeUpdate(commandUpdate('halt'), { args: [message] });
  }

  /** Lets a halted deploy end where it is. */
  async end(sha: string): Promise<void> {
    const message = { reason: 'over', actor: 'ada' };
    await this.#deploy(sha, 'production').executeUpdate(commandUpdate('abort'), { args: [message] });
    await this.outcome(sha);
  }

  async hold(name: HoldName, reason: string, tag?: string): Promise<void> {
    const lock = this.#access.client.workflow.getHandle(lockId('production'));
    await probeLane(this.#access, 'production');
    const message = { reason, actor: 'ada', ...(tag === undefined ? {} : { tag }) };
    await lock.executeUpdate(holdUpdate(name), { args: [message] });
  }

  /** Holds calls that name the tenant; `met` resolves when one is out. */
  holdCalls(slug: string): { readonly release: () => void; readonly met: () => Promise<unknown> } {
    const from = Date.now();
    const { sim } = this.#stack;
    const release = sim.fault({ where: 'control-plane', slug, kind: 'hold' });
    const met = async () =>
      sim.journal.until(
        'control-plane',
        ({ at, dryRun, slugs }) => at >= from && dryRun !== true && slugs?.includes(slug) === true,
        30_000,
      );
    return { release, met };
  }

  #deploy(sha: string, fleet: string) {
    return this.#access.client.workflow.getHandle(deployId(fleet, sha));
  }
}
