import { isMap, isScalar, isSeq } from 'yaml';
import { embeddedExpressions, pathsOf, stringsIn } from '../expression/embedded.ts';
import { scalarSource, type Text } from '../source/tree.ts';
import { entryOf, type Job } from '../workflow/model.ts';

/** The label of a job that is, or by an expression may be, the lane. */
export function laneLabel(job: Job, lane: string): Text | undefined {
  return job.runsOn.find((label) => {
    if (label.value === lane) return true;
    return embeddedExpressions(label.value).some(({ expression }) => {
      if (expression === undefined) return false;
      const fromMatrix = pathsOf(expression).some(([context]) => context === 'matrix');
      return stringsIn(expression).includes(lane) || (fromMatrix && matrixValues(job).includes(lane));
    });
  });
}

/** Every value that is written out in a job's matrix. */
function matrixValues(job: Job): string[] {
  const { tree } = job.workflow;
  const collect = (node: unknown, depth: number): string[] => {
    const value = tree.follow(node);
    if (isScalar(value)) return [scalarSource(value)];
    if (depth > 5) return [];
    if (isSeq(value)) return value.items.flatMap((item) => collect(item, depth + 1));
    return isMap(value) ? value.items.flatMap((item) => collect(item.value, depth + 1)) : [];
  };
  return collect(tree.entry(entryOf(job, 'strategy')?.value, 'matrix')?.value, 0);
}
