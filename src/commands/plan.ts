import { settingsFor, type FleetConfig } from '../config/fleet.ts';
import { redeployBody } from '../control-plane/body.ts';
import { countWaves, longestMs } from '../rollout/waves.ts';
import { UsageError } from '../errors.ts';
import { loadFleet, shaOf, type CommandContext, type GlobalOptions } from './context.ts';
import { requestedChanges } from './requested.ts';

export interface PlanOptions extends GlobalOptions {
  readonly sha?: string;
  readonly tenants?: string;
}

/** Prints what a deploy of a SHA would do, as the predecessor did; needs no server. */
export function run(options: PlanOptions, context: CommandContext): Promise<number> {
  const { fleet, environment } = loadFleet(options, context);
  const sha = shaOf(options, context);
  if (environment.disabled === true) {
    const reason = `${fleet.file.killSwitch.variable} is on`;
    return print(context, { enabled: false, sha, disabled_reason: reason });
  }
  const changes = requestedChanges(environment);
  const settings = settingsFor(
    fleet,
    { fleet: fleet.name, kind: 'auto', sha, actor: 'plan', ...(changes === undefined ? {} : { changes }) },
    sha,
  );
  const url = fleet.file.controlPlane.url;
  const body = redeployBody({
    targetTag: settings.tag,
    canary: settings.canary,
    soakSeconds: settings.soakMs / 1000,
    batchSize: settings.batchSize,
    maxStragglers: settings.maxStragglers,
    dryRun: settings.dryRun,
  });
  return print(context, {
    enabled: true,
    sha,
    short_sha: sha.slice(0, 7),
    target_tag: settings.tag,
    cp_url: url,
    body,
    ...outlook(fleet, settings, tenantsOf(options)),
  });
}

function outlook(fleet: FleetConfig, settings: ReturnType<typeof settingsFor>, tenants: number | undefined) {
  const { required, gateTimeoutMs, postTimeoutMs, settleMs, soakMs, batchSize, canary } = settings;
  const seconds = (ms: number) => Math.round(ms / 1000);
  const waves = tenants === undefined ? undefined : countWaves(tenants, batchSize);
  const canRead = fleet.file.forge.controlToken;
  return {
    fleet: fleet.name,
    gates: { required, timeout_seconds: seconds(gateTimeoutMs) },
    kill_switch: {
      variable: fleet.file.killSwitch.variable,
      live: `read with ${canRead} of the worker; without it the start value alone counts`,
    },
    waves: { canary, batch_size: batchSize, tenants: tenants ?? null, count: waves ?? null },
    longest_seconds: {
      gates: seconds(gateTimeoutMs),
      each_wave: seconds(postTimeoutMs + settleMs),
      each_soak: seconds(soakMs),
      verify: seconds(settleMs),
      total: waves === undefined ? null : seconds(longestMs(waves, settings)),
    },
  };
}

function tenantsOf({ tenants }: PlanOptions): number | undefined {
  if (tenants === undefined) return undefined;
  if (!/^[1-9]\d{0,6}$/.test(tenants))
    throw new UsageError(`--tenants: expected a whole number from 1, got ${JSON.stringify(tenants)}`);
  return Number(tenants);
}

function print(context: CommandContext, value: unknown): Promise<number> {
  context.stdout(`${JSON.stringify(value, null, 2)}\n`);
  return Promise.resolve(0);
}
