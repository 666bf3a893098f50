import { Context } from '@temporalio/activity';
import { ForgeError } from '../forge/index.ts';
import { oneLine } from '../safety/neutralise.ts';
import { NotifyError, send } from '../notify/index.ts';
import type { Activities } from './contract.ts';
import { refusal, unsure } from './failure.ts';
import type { Fleets } from './fleets.ts';

/** Posts the deploy's commit status, linking to the workflow when the address of Temporal UI is configured. */
export function postStatus(fleets: Fleets, uiUrl: string | undefined): Activities['postStatus'] {
  return async ({ fleet, sha, state, description, workflowId, runId }) => {
    try {
      await fleets.get(fleet).forge.postStatus(sha, {
        context: `greenlane / ${fleet}`,
        state,
        description: oneLine(fleets.secrets.scrub(description), 140),
        targetUrl: workflowUrl(uiUrl, workflowId, runId),
      });
    } catch (error) {
      if (!(error instanceof ForgeError)) throw error;
      throw error.retryable
        ? unsure('StatusNotPosted', error.message, error.retryAfterMs)
        : refusal('StatusNotPosted', error.message);
    }
  };
}

/** Sends one event to every target that wants it. A target that fails is tried again; one that took it is not. */
export function notify(
  fleets: Fleets,
  env: Readonly<Record<string, string | undefined>>,
  uiUrl: string | undefined,
): Activities['notify'] {
  return async (notice) => {
    const targets = fleets
      .get(notice.fleet)
      .config.file.notify.filter((target) => (target.on as readonly string[]).includes(notice.event));
    const done = new Set((Context.current().info.heartbeatDetails as number[] | undefined) ?? []);
    for (const [index, target] of targets.entries()) {
      if (done.has(index)) continue;
      const url = env[target.url];
      if (url === undefined) throw refusal('NotificationTarget', `${target.url} is not set in the worker`);
      const secret = target.secret === undefined ? undefined : env[target.secret];
      try {
        await send(
          { kind: target.kind, url, ...(secret === undefined ? {} : { secret }) },
          {
            ...notice,
            text: fleets.secrets.scrub(notice.text),
            link: workflowUrl(uiUrl, notice.workflowId, notice.runId),
          },
        );
      } catch (error) {
        if (!(error instanceof NotifyError)) throw error;
        throw error.retryable
          ? unsure('NotNotified', error.message, error.retryAfterMs)
          : refusal('NotNotified', error.message);
      }
      done.add(index);
      Context.current().heartbeat([...done]);
    }
  };
}

function workflowUrl(uiUrl: string | undefined, workflowId: string, runId: string): string {
  if (uiUrl === undefined) return '';
  const { namespace } =
    Context.current().info.workflowExecution === undefined
      ? { namespace: 'default' }
      : { namespace: Context.current().info.workflowNamespace };
  return `${uiUrl.replace(/\/+$/, '')}/namespaces/${encodeURIComponent(namespace ?? 'default')}/workflows/${encodeURIComponent(workflowId)}/${encodeURIComponent(runId)}/history`;
}
