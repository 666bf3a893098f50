/**
 * What one workflow takes of a worker, in memory and until it is loaded, beside one of the same bundle that shares
 * nothing with the others (src/workflows/shared.ts).
 *
 *     npx tsx bench/workflow.bench.ts
 */
import { workflowBundle } from '../test/support/bundle.ts';
import { figure, judge } from './support/figures.ts';
import { weigh } from './workflow/weight.ts';

const bundle = await workflowBundle();
const alone = await weigh(bundle, 'alone');
const shared = await weigh(bundle, 'shared');
const part = shared.kb / alone.kb;
figure('memory of a workflow that shares nothing', `${alone.kb.toFixed(0)} kB`);
figure('memory of a workflow', `${shared.kb.toFixed(0)} kB, ${part.toFixed(2)} of it`, {
  text: 'at most 0.25',
  reached: part <= 0.25,
});
figure('to load one that shares nothing', `${alone.ms.toFixed(1)} ms of CPU`);
figure('to load one', `${shared.ms.toFixed(1)} ms, ${(shared.ms / alone.ms).toFixed(2)} of it`);
judge();
