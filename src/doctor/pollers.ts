import type { TemporalAccess } from '../client/connect.ts';

/** Workers of one build that poll the lane; the one that was seen last stands for them. */
export interface Poller {
  readonly identity: string;
  readonly buildId: string | undefined;
  /** Since it was last seen. */
  readonly seconds: number;
  readonly count: number;
}

export interface Pollers {
  /** Builds that poll for workflow tasks as well as for activities, the one seen last first. */
  readonly list: readonly Poller[];
  /** Whether workers poll as versions of a worker deployment. */
  readonly versioned: boolean;
  /** Build of the version that takes new deploys; undefined when none does. */
  readonly current: string | undefined;
}

/** `TASK_QUEUE_TYPE_WORKFLOW` and `_ACTIVITY` of Temporal's API. */
const TYPES = [1, 2] as const;

/** Who polls the lane, by which build. A read; a worker that was killed is listed for some minutes more. */
export async function pollersOf({ client, namespace, lane }: TemporalAccess): Promise<Pollers> {
  const [workflow, activity] = await Promise.all(
    TYPES.map((taskQueueType) =>
      client.workflowService.describeTaskQueue({ namespace, taskQueue: { name: lane }, taskQueueType }),
    ),
  );
  const both = new Set((activity?.pollers ?? []).map((poller) => poller.identity));
  const found = (workflow?.pollers ?? [])
    .filter((poller) => both.has(poller.identity))
    .map((poller) => ({
      identity: poller.identity ?? 'unknown',
      buildId: poller.deploymentOptions?.buildId || poller.workerVersionCapabilities?.buildId || undefined,
      versioned: poller.deploymentOptions?.workerVersioningMode === 2,
      seconds: Math.max(0, Math.round(Date.now() / 1000 - Number(poller.lastAccessTime?.seconds ?? 0))),
    }))
    .sort((a, b) => a.seconds - b.seconds);
  const builds = new Map<string | undefined, Poller>();
  for (const { identity, buildId, seconds } of found) {
    const known = builds.get(buildId);
    builds.set(
      buildId,
      known === undefined ? { identity, buildId, seconds, count: 1 } : { ...known, count: known.count + 1 },
    );
  }
  const current = workflow?.versioningInfo?.currentDeploymentVersion?.buildId;
  return {
    list: [...builds.values()],
    versioned: found.some((poller) => poller.versioned),
    current: current || undefined,
  };
}
