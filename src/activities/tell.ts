import { Context } from '@temporalio/activity';
import { text } from '../config/environment.ts';
import { ConfigurationError } from '../errors.ts';
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

/** Sends one event to one target, once; Temporal tries again where that makes sense. */
export function notify(
  fleets: Fleets,
  env: Readonly<Record<string, string | undefined>>,
  uiUrl: string | undefined,
): Activities['notify'] {
  return async ({ target: variable, ...notice }) => {
    const target = fleets
      .get(notice.fleet)
      .config.file.notify.find(
        ({ url, on }) => url === variable && (on as readonly string[]).includes(notice.event),
      );
    if (target === undefined)
      throw refusal('NotificationTarget', `${variable} is no target of ${notice.event} any more.`);
    const url = text(env, variable);
    if (url === undefined)
      throw refusal('NotificationTarget', `${variable} is not set in the worker: nobody was told there.`);
    const secret = target.secret === undefined ? undefined : text(env, target.secret);
    if (target.secret !== undefined && secret === undefined)
      throw refusal(
        'NotificationTarget',
        `${target.secret} is not set in the worker: ${variable} gets nothing unsigned.`,
      );
    const link = workflowUrl(uiUrl, notice.workflowId, notice.runId);
    try {
      await send(
        { kind: target.kind, url, ...(secret === undefined ? {} : { secret }) },
        { ...notice, text: fleets.secrets.scrub(notice.text), link },
        { signal: Context.current().cancellationSignal },
      );
    } catch (error) {
      if (error instanceof ConfigurationError)
        throw refusal('NotificationTarget', `${variable} in the worker: ${error.message}`);
      if (!(error instanceof NotifyError)) throw error;
      throw error.retryable
        ? unsure('NotNotified', error.message, error.retryAfterMs)
        : refusal('NotNotified', `${error.message} Mend ${variable} in the worker's environment.`);
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
