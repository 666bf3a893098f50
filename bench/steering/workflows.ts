import * as wf from '@temporalio/workflow';

export { asker } from '../../test/lock/workflows.ts';

/** What answers a query and an update with nothing: the floors of steering.bench.ts. */
export async function bare(): Promise<void> {
  let over = false;
  wf.setHandler(wf.defineQuery('nothing'), () => null);
  wf.setHandler(wf.defineUpdate('nothing'), async () => Promise.resolve(null));
  wf.setHandler(wf.defineSignal('over'), () => void (over = true));
  await wf.condition(() => over);
}
