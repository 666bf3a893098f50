import { checkControlPlaneUrl } from '../safety/url.ts';
import { createControlPlane, type ControlPlane } from '../control-plane/client.ts';
import { ConfigurationError } from '../errors.ts';
import { text, type Environment } from '../config/environment.ts';
import type { FleetConfig } from '../config/fleet.ts';
import { createForge, type Forge } from '../forge/index.ts';
import { createRegistry, type Registry } from '../registry/client.ts';
import { Secrets } from '../safety/secrets.ts';

/** A fleet as activities use it: its configuration, and clients that hold the tokens. */
export interface Fleet {
  readonly config: FleetConfig;
  readonly forge: Forge;
  readonly hasControlToken: boolean;
  readonly controlPlane: ControlPlane;
  readonly registry?: Registry;
}

const MOST_BYTES = 64 * 1024 * 1024;

/** The fleets of this worker, each with clients of its own. URLs and tokens come from here and nowhere else. */
export class Fleets {
  readonly secrets: Secrets;
  readonly #fleets: ReadonlyMap<string, Fleet>;

  /** @throws ConfigurationError naming the missing token or the URL that is refused. */
  constructor(configs: readonly FleetConfig[], env: Environment) {
    this.secrets = new Secrets(secretValues(configs, env));
    this.#fleets = new Map(configs.map((config) => [config.name, open(config, env)]));
  }

  /** @throws ConfigurationError when this worker has no such fleet. */
  get(name: string): Fleet {
    const fleet = this.#fleets.get(name);
    if (fleet === undefined)
      throw new ConfigurationError(
        { source: "the worker's configuration", key: 'fleets' },
        `there is no fleet \`${name}\``,
      );
    return fleet;
  }

  get names(): string[] {
    return [...this.#fleets.keys()];
  }
}

function open(config: FleetConfig, env: Environment): Fleet {
  const { file, name } = config;
  const key = (path: string) => ({ source: 'greenlane.yaml', key: `fleets.${name}.${path}` });
  const read = required(
    env,
    file.forge.token,
    `fleet ${name} reads statuses and branches of ${file.repo} with this token`,
  );
  const admin = required(env, file.controlPlane.token, `fleet ${name} redeploys tenants with this token`);
  const control = text(env, file.forge.controlToken);
  const url = checkControlPlaneUrl({
    url: file.controlPlane.url,
    productionUrl: file.controlPlane.productionUrl ?? file.controlPlane.url,
    allowNonProduction: config.allowNonProduction,
    place:
      config.environment.controlPlaneUrl === undefined
        ? key('controlPlane.url')
        : { source: 'environment variable PROD_CP_URL' },
  });
  const forge = createForge({
    kind: file.forge.kind,
    url: file.forge.url,
    place: key('forge.url'),
    repo: file.repo,
    tokens: { read, ...(control === undefined ? {} : { control }) },
    tokenVariables: { read: file.forge.token, control: file.forge.controlToken },
  });
  const controlPlane = createControlPlane({
    url,
    token: admin,
    timeoutMs: file.rollout.postTimeout,
    maxBytes: MOST_BYTES,
  });
  const registry = file.registry === undefined ? undefined : openRegistry(file.registry, env);
  return {
    config,
    forge,
    hasControlToken: control !== undefined,
    controlPlane,
    ...(registry === undefined ? {} : { registry }),
  };
}

function openRegistry(registry: NonNullable<FleetConfig['file']['registry']>, env: Environment): Registry {
  const username =
    registry.username === undefined
      ? undefined
      : required(env, registry.username, 'the user name of the registry');
  const password =
    registry.password === undefined
      ? undefined
      : required(env, registry.password, 'the password of the registry');
  return createRegistry({
    url: registry.url,
    image: registry.image,
    ...(username === undefined || password === undefined ? {} : { credentials: { username, password } }),
  });
}

function required(env: Environment, variable: string, purpose: string): string {
  const value = text(env, variable);
  if (value === undefined)
    throw new ConfigurationError(
      { source: `environment variable ${variable}` },
      `missing in the worker: ${purpose}`,
    );
  return value;
}

function secretValues(configs: readonly FleetConfig[], env: Environment): (string | undefined)[] {
  return configs.flatMap(({ file }) => {
    const names = [
      file.forge.token,
      file.forge.controlToken,
      file.controlPlane.token,
      file.registry?.password,
      ...file.notify.flatMap((target) => [target.url, target.secret]),
    ];
    return names.map((name) => (name === undefined ? undefined : env[name]));
  });
}
