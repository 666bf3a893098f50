import { actorOf } from '../client/identity.ts';
import { UsageError } from '../errors.ts';
import { shaOfTag } from '../rollout/tag.ts';
import { loadFleet, type CommandContext } from './context.ts';
import { stamp, startAndFollow, type DeployOptions } from './deploy.ts';
import { reasonOf } from './steer.ts';

/**
 * The manual fallback: the tag given, else `PROD_MANUAL_REDEPLOY_TARGET_TAG`, else the head of the branch (read by
 * the worker). Through the lock and verified like any other, also while the kill switch is on.
 */
export async function run(
  options: DeployOptions & { readonly to?: string },
  context: CommandContext,
): Promise<number> {
  const reason = reasonOf('redeploy', options);
  const { fleet, environment } = loadFleet(options, context);
  const tag = options.to ?? environment.manualTargetTag;
  if (tag !== undefined && shaOfTag(fleet.file.rollout.tag, tag) === undefined) {
    const source = options.to === undefined ? 'PROD_MANUAL_REDEPLOY_TARGET_TAG' : '--to';
    throw new UsageError(
      `${source}: \`${tag}\` names no commit, so nobody could prove it arrived; expected a tag like ${fleet.file.rollout.tag} (I-28)`,
    );
  }
  const request = {
    fleet: fleet.name,
    kind: 'manual',
    actor: actorOf(context.env),
    reason,
    ...(tag === undefined ? {} : { tag }),
  } as const;
  return startAndFollow(context, options, `redeploy/${fleet.name}/${stamp()}`, request, false);
}
