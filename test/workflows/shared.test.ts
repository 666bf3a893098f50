import { expect, it } from 'vitest';
import { weigh } from '../../bench/workflow/weight.ts';
import { workflowBundle } from '../support/bundle.ts';

it('a workflow shares its schemas with the others, and takes less than a quarter of the memory for it', async () => {
  const bundle = await workflowBundle();
  const [shared, alone] = await Promise.all([weigh(bundle, 'shared'), weigh(bundle, 'alone')]);
  expect(shared.kb / alone.kb).toBeLessThan(0.25);
});
