import { WorkflowUpdateFailedError } from '@temporalio/client';
import { DateTime } from 'luxon';
import { isNotTaken } from '../client/ask-again.ts';
import { connect } from '../client/connect.ts';
import { actorOf } from '../client/identity.ts';
import { probeLane } from '../client/lane.ts';
import { parseDuration } from '../config/duration.ts';
import { RefusedError, UsageError } from '../errors.ts';
import { say } from '../progress/say.ts';
import { shaOfTag } from '../rollout/tag.ts';
import { lockId } from '../workflows/lock-id.ts';
import { holdUpdate, type HoldName } from '../workflows/messages.ts';
import { loadFleet, type CommandContext, type GlobalOptions } from './context.ts';
import { notTaken, reasonOf } from './steer.ts';

export interface HoldOptions extends GlobalOptions {
  readonly reason?: string;
  readonly tag?: string;
  readonly until?: string;
}

/** Pins, unpins, freezes or unfreezes a fleet. */
export async function run(name: HoldName, options: HoldOptions, context: CommandContext): Promise<number> {
  const { fleet } = loadFleet(options, context);
  const reason = reasonOf(name, options);
  if (name === 'pin' && options.tag === undefined)
    throw new UsageError('pin needs --tag: which release the fleet stays on');
  if (options.tag !== undefined && shaOfTag(fleet.file.rollout.tag, options.tag) === undefined)
    throw new UsageError(
      `--tag: no deploy of ${fleet.name} ever has the tag ${JSON.stringify(options.tag.slice(0, 130))}, so all of them would wait; expected one like ${fleet.file.rollout.tag}`,
    );
  const until = options.until === undefined ? undefined : untilOf(options.until);
  const access = await connect(context.env);
  try {
    await probeLane(access, fleet.name);
    const message = {
      reason,
      actor: actorOf(context.env),
      ...(options.tag === undefined ? {} : { tag: options.tag }),
      ...(until === undefined ? {} : { until }),
    };
    const view = await access.client.workflow
      .getHandle(lockId(fleet.name))
      .executeUpdate(holdUpdate(name), { args: [message] });
    if (options.json === true)
      context.stdout(
        `${JSON.stringify({ fleet: fleet.name, pin: view.pin ?? null, freeze: view.freeze ?? null })}\n`,
      );
    else {
      const pin = view.pin === undefined ? 'not pinned' : `pinned to ${view.pin.tag}`;
      const freeze =
        view.freeze === undefined
          ? 'not frozen'
          : `frozen${view.freeze.until === undefined ? ' until unfreeze' : ` until ${new Date(view.freeze.until).toISOString()}`}`;
      say(context, options, `${fleet.name} is ${pin}, ${freeze}; ${view.waiting} waiting`);
    }
    return 0;
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError)
      throw new RefusedError(error.cause?.message ?? error.message);
    if (isNotTaken(error)) throw notTaken(name, lockId(fleet.name));
    throw error;
  } finally {
    await access.close();
  }
}

/** `2h`, or a time such as 2026-11-21T18:00 (local) or with an offset; ms since the epoch. */
function untilOf(text: string): number {
  const ms = /^\d+(\.\d+)?[a-z]+$/i.test(text) ? parseDuration(text) : undefined;
  if (ms !== undefined) return Date.now() + ms;
  const time = DateTime.fromISO(text);
  if (!time.isValid)
    throw new UsageError(
      `--until: expected a duration such as 2h or a time such as 2026-11-21T18:00, got ${JSON.stringify(text)}`,
    );
  if (time.toMillis() <= Date.now()) throw new UsageError(`--until: ${text} is in the past`);
  return time.toMillis();
}
