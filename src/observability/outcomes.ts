import type { MetricMeter } from '@temporalio/common';
import { OUTCOMES } from '../rollout/outcome.ts';
import { METRICS } from '../workflows/metrics.ts';

/**
 * Shows every outcome of every fleet as 0 from the start: Prometheus takes a series that appears with 1 for one that
 * never rose, so the first failed deploy of a worker's life would alert nobody. The labels are those that the SDK
 * gives to what a workflow counts, or there would be two series.
 */
export function declareOutcomes(
  meter: MetricMeter,
  fleets: readonly string[],
  place: { readonly namespace: string; readonly taskQueue: string },
): void {
  const counter = meter.createCounter(METRICS.deploys, '', 'Deploys that ended');
  for (const fleet of fleets)
    for (const outcome of OUTCOMES) counter.add(0, { ...place, workflowType: 'deploy', fleet, outcome });
}
