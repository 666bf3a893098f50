import { embeddedExpressions, stringsIn } from '../expression/embedded.ts';
import type { Text } from '../source/tree.ts';
import type { Job } from '../workflow/model.ts';

/** The label of a job that is, or by an expression may be, the lane. */
export function laneLabel(job: Job, lane: string): Text | undefined {
  return job.runsOn.find((label) => {
    if (label.value === lane) return true;
    return embeddedExpressions(label.value).some(
      ({ expression }) => expression !== undefined && stringsIn(expression).includes(lane),
    );
  });
}
