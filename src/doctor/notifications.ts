import { WorkflowFailedError } from '@temporalio/client';
import type { TemporalAccess } from '../client/connect.ts';
import { text } from '../config/environment.ts';
import { ConfigurationError } from '../errors.ts';
import { checkUrl } from '../notify/index.ts';
import { oneLine } from '../safety/neutralise.ts';
import type { Facts } from './facts.ts';
import { ok, warn, type Check, type Finding } from './check.ts';

const DAY_MS = 24 * 3_600_000;
const MOST_COUNTED = 100;

/** Whether whoever is to be told can be told, and was. Nothing is sent: a deploy works without, so nothing here fails. */
export function notificationChecks(facts: Facts): Check[] {
  return [{ name: 'notifications', look: async () => notifications(facts) }];
}

async function notifications(facts: Facts): Promise<Finding> {
  const { notify } = facts.fleet.file;
  if (notify.length === 0) return ok('none is configured: nobody is told of what a deploy comes to');
  for (const target of notify) {
    const finding = unable(facts, target);
    if (finding !== undefined) return finding;
  }
  const access = await facts.temporal().catch(() => undefined);
  const lost = access === undefined ? undefined : await lostNotices(access, facts.fleet.name);
  return lost ?? ok(`${notify.map(({ url }) => url).join(', ')} can be used; nothing was sent`);
}

type Target = Facts['fleet']['file']['notify'][number];

function unable({ env }: Facts, { kind, url: variable, secret }: Target): Finding | undefined {
  for (const needed of [variable, secret])
    if (needed !== undefined && text(env, needed) === undefined)
      return warn(
        `${needed} is not set here`,
        `without it in the worker ${variable} gets nothing: set it, or run doctor where it is set`,
      );
  try {
    checkUrl({ kind, url: text(env, variable) ?? '' });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return warn(`${variable}: ${error.message}`, `set ${variable} to the whole URL of the hook`);
  }
  return kind === 'webhook' && secret === undefined
    ? warn(`${variable} is not signed`, 'its receiver cannot tell who sent it: configure `secret`')
    : undefined;
}

/** Notices of the last day that did not arrive, with why the newest of them did not. */
async function lostNotices({ client }: TemporalAccess, fleet: string): Promise<Finding | undefined> {
  const since = new Date(Date.now() - DAY_MS).toISOString();
  const query = `WorkflowType = 'notice' AND ExecutionStatus = 'Failed' AND CloseTime > '${since}'`;
  let count = 0;
  let newest: string | undefined;
  for await (const { workflowId } of client.workflow.list({ query, pageSize: MOST_COUNTED })) {
    // notice/<deploy | rollback | redeploy>/<fleet>/…
    if (workflowId.split('/')[2] !== fleet) continue;
    newest ??= workflowId;
    count += 1;
    if (count === MOST_COUNTED) break;
  }
  if (newest === undefined) return undefined;
  const why = await client.workflow
    .getHandle(newest)
    .result()
    .then(
      () => undefined,
      (error: unknown) => (error instanceof WorkflowFailedError ? error.cause?.message : undefined),
    );
  const found = `${count} ${count === 1 ? 'notice was' : 'notices were'} not delivered since yesterday`;
  return warn(found, oneLine(`the last one: ${why ?? newest}`, 300));
}
