import { Client } from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect, type TemporalAccess } from '../../src/client/connect.ts';
import { deployId, openDeploy, startDeploy } from '../../src/client/deploys.ts';
import { startStack, STACK_GATES, type Stack } from '../../src/dev/stack.ts';
import type { DeployRequest } from '../../src/rollout/request.ts';

describe('asking for a deploy that ends between the look at it and the start', () => {
  let stack: Stack;
  let access: TemporalAccess;
  let request: DeployRequest & { readonly sha: string };
  let id: string;

  beforeAll(async () => {
    stack = await startStack({
      server: { headless: true },
      simulator: { tenants: 3 },
      fleet: { rollout: { soak: 0 } },
    });
    await stack.startWorker();
    access = await connect(stack.env);
  });
  afterAll(async () => {
    await access.close();
    await stack.stop();
  });
  beforeEach(async () => {
    const sha = stack.sim.forge.push();
    request = { fleet: 'production', sha, kind: 'auto', actor: 'ci' };
    id = deployId('production', sha);
    await startDeploy(access, id, request);
  });

  /** The same connection, on which `first` happens just before a deploy is started. */
  function whereFirst(first: () => Promise<unknown>): TemporalAccess {
    let done: Promise<unknown> | undefined;
    const client = new Client({
      connection: access.client.connection,
      interceptors: {
        workflow: [
          {
            startWithDetails: async (input, next) => {
              done ??= first();
              await done;
              return next(input);
            },
          },
        ],
      },
    });
    return { ...access, client };
  }

  async function attempts(): Promise<number> {
    const query = `WorkflowId = '${id}'`;
    return (await access.client.workflow.count(query)).count;
  }

  const handle = () => access.client.workflow.getHandle(id);

  it('is answered with that end where it was deployed, and nothing is started', async () => {
    const slow = whereFirst(async () => {
      stack.sim.forge.setGreen(request.sha, STACK_GATES);
      await handle().result();
    });
    const opened = await openDeploy(slow, id, request, { reuse: true });
    expect(opened).toMatchObject({ kind: 'ended', result: { outcome: 'deployed' } });
    await expect.poll(attempts).toBe(1);
  });

  it('starts a new attempt where it was aborted, which knows of the one before', async () => {
    const slow = whereFirst(async () => {
      await handle().executeUpdate('abort', { args: [{ reason: 'not now', actor: 'ada' }] });
      await handle().result();
    });
    const { runId } = await handle().describe();
    const opened = await openDeploy(slow, id, request, { reuse: true });
    expect(opened).toMatchObject({ kind: 'runs', attached: false });
    const { events } = await handle().fetchHistory();
    const data = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data;
    const input = JSON.parse(Buffer.from(data ?? []).toString()) as DeployRequest;
    expect(input).toMatchObject({ earlier: { workflowId: id, runId } });
    await handle().terminate('the test is over');
  });

  it('starts a new attempt where somebody terminated it', async () => {
    const slow = whereFirst(async () => handle().terminate('by hand'));
    const opened = await openDeploy(slow, id, request, { reuse: true });
    expect(opened).toMatchObject({ kind: 'runs', attached: false });
    await handle().terminate('the test is over');
  });

  it('attaches to one that goes on', async () => {
    const { runId } = await handle().describe();
    const opened = await openDeploy(access, id, request, { reuse: true });
    expect(opened).toMatchObject({ kind: 'runs', attached: true });
    expect((await handle().describe()).runId).toBe(runId);
    await handle().terminate('the test is over');
  });
});
