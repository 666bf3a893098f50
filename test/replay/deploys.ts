import { ends, hold, inPhase, signal, steer, type Scenario } from './scenario.ts';
import { GATES } from '../support/worker.ts';

const SWITCH = 'PROD_AUTO_DEPLOY_DISABLED';

/** Every way a deploy can end by itself. */
const undisturbed: readonly Scenario[] = [
  {
    name: 'deployed',
    live: async (lane) => {
      const world = await lane.world({ fleet: { rollout: { soak: '1s' }, notify: [] } });
      return ends([await world.start(world.green(), { searchAttributes: true })]);
    },
  },
  {
    name: 'deployed-with-a-quarantined-tenant',
    live: async (lane) => {
      const world = await lane.world({ fleet: { verify: { settle: '1s' } } });
      world.sim.fault({ where: 'control-plane', slug: 'tenant-004', kind: 'stale-success' });
      return ends([await world.start(world.green())]);
    },
  },
  {
    name: 'deployed-again-without-a-call',
    live: async (lane) => {
      const world = await lane.world();
      const sha = world.green();
      return [...(await ends([await world.start(sha)])), ...(await ends([await world.start(sha)]))];
    },
  },
  {
    name: 'dry-run',
    live: async (lane) => {
      const world = await lane.world();
      return ends([await world.start(world.green(), { dryRun: true })]);
    },
  },
  {
    name: 'disabled-at-the-start',
    live: async (lane) => {
      const world = await lane.world();
      return ends([await world.start(world.green(), { disabled: true })]);
    },
  },
  {
    name: 'disabled-by-the-live-switch',
    live: async (lane) => {
      const world = await lane.world();
      world.sim.forge.setVariable('repo', SWITCH, 'true');
      return ends([await world.start(world.green())]);
    },
  },
  {
    name: 'failed-red-gate',
    live: async (lane) => {
      const world = await lane.world();
      const sha = world.sim.forge.push();
      world.sim.forge.setStatus(sha, GATES[0] as string, 'failure');
      return ends([await world.start(sha)]);
    },
  },
  {
    name: 'failed-gate-timeout',
    live: async (lane) => {
      const world = await lane.world({ fleet: { gates: { timeout: '2s' } } });
      return ends([await world.start(world.sim.forge.push())]);
    },
  },
  {
    name: 'failed-canary',
    live: async (lane) => {
      const world = await lane.world();
      world.sim.fault({ where: 'control-plane', slug: 'hongming', kind: 'unhealthy' });
      return ends([await world.start(world.green())]);
    },
  },
  {
    name: 'failed-refused-call',
    live: async (lane) => {
      const world = await lane.world();
      world.sim.fault({ where: 'control-plane', dryRun: false, kind: 'status', status: 403 });
      return ends([await world.start(world.green())]);
    },
  },
  {
    name: 'failed-not-of-the-branch',
    live: async (lane) => {
      const world = await lane.world();
      const sha = world.sim.forge.commit({ parent: [] });
      world.sim.forge.setGreen(sha, GATES);
      return ends([await world.start(sha)]);
    },
  },
  {
    name: 'failed-nobody-approved',
    live: async (lane) => {
      const world = await lane.world({ fleet: { approval: { required: true, timeout: '1s' } } });
      return ends([await world.start(world.green())]);
    },
  },
  {
    name: 'superseded-by-the-fleet',
    live: async (lane) => {
      const world = await lane.world();
      const [older, newer] = [world.green(), world.green()];
      return [...(await ends([await world.start(newer)])), ...(await ends([await world.start(older)]))];
    },
  },
  {
    name: 'rolled-back-on-failure',
    live: async (lane) => {
      const world = await lane.world({
        fleet: { rollout: { onFailure: 'rollback', maxStragglers: 0 }, verify: { settle: '1s' } },
      });
      world.sim.fault({ where: 'control-plane', slug: 'tenant-005', kind: 'stale-success', times: 1 });
      return ends([await world.start(world.green())]);
    },
  },
  {
    name: 'manual-and-rollback-to-a-tag',
    live: async (lane) => {
      const world = await lane.world();
      const former = world.sim.forge.head();
      const manual = await ends([await world.start(world.green(), { kind: 'manual', reason: 'by hand' })]);
      const back = await world.start(former.slice(0, 7), {
        kind: 'rollback',
        tag: `staging-${former.slice(0, 7)}`,
        reason: 'the way back',
      });
      return [...manual, ...(await ends([back]))];
    },
  },
];

/** With somebody at the wheel. */
const steered: readonly Scenario[] = [
  {
    name: 'halted-by-its-deadline',
    live: async (lane) => {
      const world = await lane.world({ fleet: { halt: { deadline: '1s' } } });
      const wave = hold(world, 'tenant-002');
      const deploy = await world.start(world.green());
      await wave.arrived();
      await steer(deploy, 'halt');
      wave.release();
      return ends([deploy]);
    },
  },
  {
    name: 'halted-and-resumed',
    live: async (lane) => {
      const world = await lane.world();
      const wave = hold(world, 'tenant-002');
      const deploy = await world.start(world.green());
      await wave.arrived();
      await steer(deploy, 'halt');
      wave.release();
      await inPhase(deploy, 'halted');
      await steer(deploy, 'resume');
      return ends([deploy]);
    },
  },
  {
    name: 'halted-by-the-switch-and-aborted',
    live: async (lane) => {
      const world = await lane.world();
      const wave = hold(world, 'tenant-002');
      const deploy = await world.start(world.green());
      await wave.arrived();
      world.sim.forge.setVariable('repo', SWITCH, 'true');
      wave.release();
      await inPhase(deploy, 'halted');
      await steer(deploy, 'abort');
      return ends([deploy]);
    },
  },
  {
    name: 'aborted-while-it-waits-for-gates',
    live: async (lane) => {
      const world = await lane.world();
      const deploy = await world.start(world.sim.forge.push());
      await inPhase(deploy, 'gates');
      await steer(deploy, 'abort');
      return ends([deploy]);
    },
  },
  {
    name: 'cancelled-in-temporal',
    live: async (lane) => {
      const world = await lane.world({ fleet: { rollout: { soak: '60s' } } });
      const deploy = await world.start(world.green());
      await inPhase(deploy, 'soak');
      await deploy.cancel();
      return ends([deploy]);
    },
  },
  {
    name: 'cancelled-while-a-call-is-out',
    live: async (lane) => {
      const world = await lane.world();
      const wave = hold(world, 'tenant-002');
      const deploy = await world.start(world.green());
      await wave.arrived();
      await deploy.cancel();
      wave.release();
      return ends([deploy]);
    },
  },
  {
    name: 'rolled-back-by-an-operator',
    live: async (lane) => {
      const world = await lane.world();
      const wave = hold(world, 'tenant-002');
      const deploy = await world.start(world.green());
      await wave.arrived();
      await steer(deploy, 'halt');
      wave.release();
      await inPhase(deploy, 'halted');
      await steer(deploy, 'rollback');
      return ends([deploy]);
    },
  },
  {
    name: 'undone-after-its-end',
    live: async (lane) => {
      const world = await lane.world();
      const deploy = await world.start(world.green());
      const first = await ends([deploy]);
      const undo = await world.start(undefined, {
        kind: 'rollback',
        undo: { workflowId: deploy.workflowId, runId: deploy.firstExecutionRunId },
        tag: `staging-${(await deploy.result()).sha.slice(0, 7)}`,
        sha: (await deploy.result()).sha,
        reason: 'it was no good',
      });
      return [...first, ...(await ends([undo]))];
    },
  },
  {
    name: 'superseded-by-a-signal',
    live: async (lane) => {
      const world = await lane.world();
      const wave = hold(world, 'tenant-002');
      const deploy = await world.start(world.green());
      await wave.arrived();
      await signal(deploy, 'supersede', { reason: 'a better one comes', by: 'abcdef1' });
      await signal(deploy, 'halt', 'this is no object');
      wave.release();
      return ends([deploy]);
    },
  },
  {
    name: 'approved-and-soak-skipped',
    live: async (lane) => {
      const world = await lane.world({
        fleet: { approval: { required: true }, rollout: { soak: '60s', batchSize: 6 } },
      });
      const deploy = await world.start(world.green());
      await inPhase(deploy, 'approval');
      await steer(deploy, 'approve');
      await inPhase(deploy, 'soak');
      await steer(deploy, 'skip-soak');
      return ends([deploy]);
    },
  },
  {
    name: 'rejected',
    live: async (lane) => {
      const world = await lane.world({ fleet: { approval: { required: true } } });
      const deploy = await world.start(world.green());
      await inPhase(deploy, 'approval');
      await steer(deploy, 'reject');
      return ends([deploy]);
    },
  },
];

/** Across several runs. */
const chains: readonly Scenario[] = [
  {
    name: 'continued-as-new',
    shortRuns: true,
    live: async (lane) => {
      const world = await lane.world({ simulator: { tenants: 40 }, fleet: { rollout: { batchSize: 2 } } });
      return ends([await world.start(world.green())]);
    },
  },
  {
    name: 'continued-as-new-on-the-way-back',
    shortRuns: true,
    live: async (lane) => {
      const world = await lane.world({ simulator: { tenants: 40 }, fleet: { rollout: { batchSize: 2 } } });
      const wave = hold(world, 'tenant-030');
      const deploy = await world.start(world.green());
      await wave.arrived();
      await steer(deploy, 'rollback');
      wave.release();
      return ends([deploy]);
    },
  },
];

export const deployScenarios: readonly Scenario[] = [...undisturbed, ...steered, ...chains];
