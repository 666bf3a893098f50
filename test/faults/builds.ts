import { buildIdOf } from '../../src/worker-version.ts';
import type { Build } from '../worker/newer-build.ts';
import type { Histories } from './histories.ts';

type Chain = NonNullable<ReturnType<Histories['get']>>;

/**
 * Whether two builds were at work in a batch that is about two, each in its own way: what is wrong otherwise. Both
 * completed workflow tasks; a deploy ended on the build where it began; and the newer one's step more is in those
 * deploys only that are its own, so that the two are not one code under two names.
 */
export function builtTwice(all: readonly Histories[], builds: readonly Pick<Build, 'bundle'>[]): string[] {
  const [former, newer] = builds.map(({ bundle }) => buildIdOf(bundle));
  return buildsAtWork(all, former ?? '', newer ?? '');
}

/** As {@link builtTwice}, of build ids. */
export function buildsAtWork(all: readonly Histories[], former: string, newer: string): string[] {
  if (former === newer) return [`the two builds are one: ${former}`];
  const chains = all.flatMap((histories) => [...histories]);
  const tasks = chains.flatMap(([, chain]) => buildsOf(chain));
  const idle = [former, newer].filter((build) => !tasks.includes(build));
  const deploys = chains.filter(([id, chain]) => !id.startsWith('fleet-lock/') && buildsOf(chain).length > 0);
  return [
    ...idle.map((build) => `two builds were to work, and ${build} completed no workflow task`),
    ...deploys.flatMap(([id, chain]) => {
      const builds = [...new Set(buildsOf(chain))];
      if (builds.length > 1) return [`${id} was worked on by more than one build: ${builds.join(', ')}`];
      return builds.includes(newer) === hasStepMore(chain)
        ? []
        : [`${id} was worked on by ${builds.join()}, and not as that build does`];
    }),
  ];
}

/** The build that completed each workflow task. */
function buildsOf(chain: Chain): string[] {
  return chain.flatMap(({ events }) =>
    events.flatMap(
      ({ workflowTaskCompletedEventAttributes: done }) =>
        done?.deploymentVersion?.buildId ?? done?.workerVersion?.buildId ?? [],
    ),
  );
}

function hasStepMore(chain: Chain): boolean {
  return chain.some(({ events }) =>
    events.some(({ markerRecordedEventAttributes: marker }) => marker?.markerName === 'core_patch'),
  );
}
