import { setWorkflowOptions, workflowInfo } from '@temporalio/workflow';
import { deploy } from './deploy.ts';
import { fleetLock } from './fleet-lock.ts';
import { notice } from './notices.ts';

/** Only a worker that is versioned may say so: Temporal refuses it from any other. */
function underVersioning(versioningBehavior: 'PINNED' | 'AUTO_UPGRADE') {
  return () =>
    (workflowInfo().currentDeploymentVersion?.deploymentName ?? '') === '' ? {} : { versioningBehavior };
}

// A deploy ends on the build that began it; the lock lives for ever, so it moves on.
setWorkflowOptions(underVersioning('PINNED'), deploy);
setWorkflowOptions(underVersioning('AUTO_UPGRADE'), fleetLock);
setWorkflowOptions(underVersioning('AUTO_UPGRADE'), notice);

export { deploy, fleetLock, notice };
