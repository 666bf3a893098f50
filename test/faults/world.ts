import { startSimulator, type Simulator } from '../../src/simulator/index.ts';
import type { RunPlan } from './plan.ts';

/** Contexts that every fleet requires. */
export const GATES = ['CI / build (push)', 'CI / test (push)'];
/** Planted wherever a real system might leak one. */
export const PLANT = 'planted-secret-4f1d0c';
const TENANTS = 5;
const EVENTS = ['started', 'halted', 'failed', 'rolled_back', 'superseded', 'deployed'];

/** The simulated world of a run. */
export async function worldOf(plan: RunPlan): Promise<Simulator> {
  const { perTenantMs, settleMs, fenced, idempotent, seed } = plan;
  return startSimulator({
    tenants: TENANTS,
    seed,
    perTenantMs,
    settleMs,
    fenceEpochs: fenced,
    idempotent,
    plant: PLANT,
  });
}

/** The fleet's section of `greenlane.yaml`: times are short, so that what is slow is what was made slow. */
export function fleetOf(sim: Simulator, { forge, furnished, index, soakMs }: RunPlan): unknown {
  const { registry } = sim;
  return {
    repo: sim.forge.repo,
    branch: sim.forge.branch,
    forge: { kind: forge, url: forge === 'github' ? sim.forge.githubUrl : sim.forge.url },
    controlPlane: { url: sim.controlPlane.url },
    tenants: { buildinfoUrl: sim.tenants.buildinfoUrl },
    gates: { required: GATES, timeout: '3m', poll: '1s' },
    rollout: { canary: 'hongming', batchSize: 2, soak: `${soakMs}ms`, maxStragglers: 1, postTimeout: '4s' },
    // More than a busy machine takes for an answer.
    verify: { settle: '6s', interval: '200ms', timeout: '6s' },
    ...(furnished
      ? {
          registry: { url: registry.url, image: registry.repository, pointer: 'live' },
          notify: [{ kind: 'webhook', url: hookVariable(index), on: EVENTS }],
        }
      : {}),
  };
}

/** The environment that a furnished fleet's configuration names. */
export function environmentOf(sim: Simulator, { index }: RunPlan): Record<string, string> {
  return { [hookVariable(index)]: sim.hooks.url };
}

function hookVariable(index: number): string {
  return `HOOK_OF_FLEET_${index}`;
}
