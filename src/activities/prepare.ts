import { ConfigurationError } from '../errors.ts';
import { expectation, firstProblem } from '../rollout/expectation.ts';
import { settingsFor } from '../config/fleet.ts';
import { ForgeError } from '../forge/index.ts';
import type { DeploySettings } from '../rollout/request.ts';
import { shaOfTag } from '../rollout/tag.ts';
import type { Activities } from './contract.ts';
import { refusal, unsure } from './failure.ts';
import type { Fleet, Fleets } from './fleets.ts';
import { withFullSha } from './full-sha.ts';
import { deployRequest } from './request-schema.ts';

/** Checks a request against the worker's own configuration: a workflow's input is not to be trusted with it. */
export function prepare(fleets: Fleets): Activities['prepare'] {
  return async (input) => {
    const parsed = deployRequest.safeParse(input, { error: expectation });
    if (!parsed.success)
      throw refusal(
        'Request',
        `the start of this deploy cannot be used: ${firstProblem(parsed.error, 'input')}`,
      );
    const asked = parsed.data as typeof input;
    if (asked.urgent === true && asked.kind === 'auto' && (asked.reason ?? '') === '')
      throw refusal('Request', 'the start of this deploy cannot be used: an urgent deploy needs a reason');
    try {
      const fleet = fleets.get(asked.fleet);
      const { manualTargetTag } = fleet.config.environment;
      const isFallback = asked.kind === 'manual' && asked.sha === undefined && asked.tag === undefined;
      const request =
        isFallback && manualTargetTag !== undefined ? { ...asked, tag: manualTargetTag } : asked;
      const sha = request.sha ?? (await findSha(fleet, request.tag));
      const settings = settingsFor(fleet.config, request, sha.toLowerCase());
      return await withFullSha(fleet.forge, { ...settings, warnings: warningsOf(fleet, settings) });
    } catch (error) {
      if (error instanceof ConfigurationError) throw refusal('Configuration', error.message);
      if (error instanceof ForgeError)
        throw unsure(
          'ForgeUnreadable',
          `the head of the branch cannot be read: ${error.message}`,
          error.retryAfterMs,
        );
      throw error;
    }
  };
}

/** Without a SHA: what the tag names, else the branch's head. */
async function findSha(fleet: Fleet, tag: string | undefined): Promise<string> {
  const { file } = fleet.config;
  if (tag !== undefined) return shaOfTag(file.rollout.tag, tag) ?? tag;
  return fleet.forge.branchHead(file.branch);
}

function warningsOf(fleet: Fleet, settings: DeploySettings): string[] {
  const warnings: string[] = [];
  if (settings.kind === 'auto' && !fleet.hasControlToken) {
    warnings.push(
      `the kill switch ${settings.killSwitchVariable} is not read live: ${fleet.config.file.forge.controlToken} is not set in the worker; the start value alone counts`,
    );
  }
  if (settings.tolerant) warnings.push('this fleet is tolerant: stragglers warn and do not fail the deploy');
  return warnings;
}
