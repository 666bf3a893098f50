import { ConfigurationError } from '../errors.ts';
import type { DeploySettings, DeployRequest } from '../rollout/request.ts';
import { shaOfTag, tagOf } from '../rollout/tag.ts';
import type { EnvironmentSettings } from './environment.ts';
import type { ConfigFile } from './root.ts';
import type { FleetFile } from './schema.ts';

/** A fleet's configuration after the environment has been laid over the file. */
export interface FleetConfig {
  readonly name: string;
  readonly file: FleetFile;
  readonly allowNonProduction: boolean;
  readonly environment: EnvironmentSettings;
}

/**
 * The fleet that a command means: the named one, `production`, or the only one.
 * @throws ConfigurationError when there is no such fleet, naming those there are.
 */
export function chooseFleet(config: ConfigFile, source: string, name?: string): string {
  const names = Object.keys(config.fleets);
  if (name !== undefined) {
    if (Object.hasOwn(config.fleets, name)) return name;
    throw new ConfigurationError(
      { source, key: 'fleets' },
      `there is no fleet \`${name}\`; there is ${names.join(', ')}`,
    );
  }
  const chosen = names.includes('production') ? 'production' : names.length === 1 ? names[0] : undefined;
  if (chosen === undefined)
    throw new ConfigurationError(
      { source, key: 'fleets' },
      `which fleet? Name one with --fleet: ${names.join(', ')}`,
    );
  return chosen;
}

/**
 * Lays the environment over one fleet of the file. The predecessor's variables know no fleet: they speak of the
 * default one (`production`, or the only one) and leave the others as the file has them.
 */
export function fleetConfig(
  config: ConfigFile,
  source: string,
  name: string,
  environment: EnvironmentSettings,
): FleetConfig {
  const base = config.fleets[chooseFleet(config, source, name)] as FleetFile;
  const isDefault = name === 'production' || Object.keys(config.fleets).length === 1;
  const over: EnvironmentSettings = isDefault ? environment : {};
  const { controlPlane, gates, rollout, verify } = base;
  const file: FleetFile = {
    ...base,
    controlPlane: {
      ...controlPlane,
      productionUrl: controlPlane.productionUrl ?? controlPlane.url,
      url: over.controlPlaneUrl ?? controlPlane.url,
    },
    gates: {
      required: over.required === undefined ? gates.required : [...over.required],
      timeout: over.gateTimeoutMs ?? gates.timeout,
      poll: over.gatePollMs ?? gates.poll,
    },
    rollout: {
      ...rollout,
      canary: over.canary ?? rollout.canary,
      soak: over.soakMs ?? rollout.soak,
      batchSize: over.batchSize ?? rollout.batchSize,
      maxStragglers: over.maxStragglers ?? rollout.maxStragglers,
    },
    verify: {
      ...verify,
      settle: over.settleMs ?? verify.settle,
      interval: over.intervalMs ?? verify.interval,
    },
  };
  return { name, file, allowNonProduction: over.allowNonProduction === true, environment: over };
}

/**
 * What one deploy runs with.
 * @throws ConfigurationError when the request asks for what the worker's `overrides` do not allow, or for a tag
 * that names no commit (I-28).
 */
export function settingsFor(fleet: FleetConfig, request: DeployRequest, sha: string): DeploySettings {
  const { file, environment } = fleet;
  const changes = request.changes ?? {};
  refuseForbiddenChanges(fleet, changes, sha);
  // The worker's target tag is for auto deploys: a rollback or a manual one says itself what it takes out.
  const standing = request.kind === 'auto' ? environment.targetTag : undefined;
  const asked = request.tag ?? changes.targetTag ?? standing;
  if (asked !== undefined && shaOfTag(file.rollout.tag, asked) === undefined) {
    throw new ConfigurationError(
      { source: 'target tag' },
      `\`${asked}\` names no commit, so nobody could prove it arrived; expected an immutable tag such as ${tagOf(file.rollout.tag, '0123456789'.repeat(4))} (I-28)`,
    );
  }
  const target = asked === undefined ? sha : (shaOfTag(file.rollout.tag, asked) as string);
  return {
    fleet: fleet.name,
    repo: file.repo,
    branch: file.branch,
    kind: request.kind,
    // A tag names the first digits only; the full SHA of the request says the same when it begins with them.
    sha: sha.startsWith(target) ? sha : target,
    tag: asked ?? tagOf(file.rollout.tag, sha),
    tagTemplate: file.rollout.tag,
    dryRun: request.dryRun === true || environment.dryRun === true,
    killSwitchVariable: file.killSwitch.variable,
    disabledAtStart: request.disabled === true || environment.disabled === true,
    supersede: file.supersede,
    required: [...new Set([...file.gates.required, ...(changes.alsoRequired ?? [])])],
    gateTimeoutMs: changes.gateTimeoutMs ?? file.gates.timeout,
    gatePollMs: changes.gatePollMs ?? file.gates.poll,
    approval: { required: file.approval.required, timeoutMs: file.approval.timeout },
    canary: changes.canary ?? file.rollout.canary,
    batchSize: changes.batchSize ?? file.rollout.batchSize,
    soakMs: changes.soakMs ?? file.rollout.soak,
    maxStragglers: changes.maxStragglers ?? file.rollout.maxStragglers,
    tolerant: file.tolerant,
    onFailure: file.rollout.onFailure,
    postTimeoutMs: file.rollout.postTimeout,
    settleMs: changes.settleMs ?? file.verify.settle,
    intervalMs: changes.intervalMs ?? file.verify.interval,
    haltDeadlineMs: file.halt.deadline,
    ...(file.registry === undefined
      ? {}
      : { registry: file.registry.pointer === undefined ? {} : { pointer: file.registry.pointer } }),
    notify: file.notify.map(({ url, on }) => ({ target: url, on })),
    warnings: [],
  };
}

/**
 * What a start may change only where the worker's `overrides` allow it. A value that is the worker's own changes
 * nothing and passes: a CI step may carry the same variables as the worker.
 */
function refuseForbiddenChanges(
  fleet: FleetConfig,
  changes: NonNullable<DeployRequest['changes']>,
  sha: string,
): void {
  const { gates, verify, rollout } = fleet.file;
  const guarded: [asked: unknown, own: unknown, override: FleetFile['overrides'][number]][] = [
    [changes.targetTag, fleet.environment.targetTag ?? tagOf(rollout.tag, sha), 'targetTag'],
    [changes.settleMs, verify.settle, 'verifyBudget'],
    [changes.intervalMs, verify.interval, 'verifyInterval'],
    [changes.gateTimeoutMs, gates.timeout, 'gateTimeout'],
    [changes.gatePollMs, gates.poll, 'gatePoll'],
  ];
  for (const [asked, own, override] of guarded) {
    if (asked !== undefined && asked !== own && !fleet.file.overrides.includes(override)) {
      throw new ConfigurationError(
        { source: `fleet ${fleet.name}`, key: 'overrides' },
        `a start may not change \`${override}\`; add it to the fleet's \`overrides\` in the worker's configuration to allow it`,
      );
    }
  }
}
