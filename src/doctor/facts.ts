import { setMaxListeners } from 'node:events';
import { connect, type TemporalAccess } from '../client/connect.ts';
import { text, type Environment } from '../config/environment.ts';
import type { FleetConfig } from '../config/fleet.ts';
import { createControlPlane } from '../control-plane/client.ts';
import { MissingTokenError } from '../errors.ts';
import { createForge, type Forge, type StatusRow } from '../forge/index.ts';
import { checkControlPlaneUrl } from '../safety/url.ts';
import { FactMissing } from './check.ts';

/** What several checks look at. Each fact is read once, when the first check asks for it. */
export interface Facts {
  readonly fleet: FleetConfig;
  readonly env: Environment;
  readonly forge: Forge;
  /** Aborted when the checks are over, so that nothing goes on behind them. */
  readonly signal: AbortSignal;
  temporal(): Promise<TemporalAccess>;
  /** SHA of the branch's head. */
  head(): Promise<string>;
  /** Status rows of the head. */
  statuses(): Promise<readonly StatusRow[]>;
  /** Slugs of the fleet, by a dry run. */
  tenants(): Promise<readonly string[]>;
  close(): Promise<void>;
}

const CONNECT_MS = 3_000;

/** Names of the checks that read a fact first, for the checks that need it too. */
export const SOURCES = { temporal: 'Temporal', head: 'forge', tenants: 'control plane' } as const;

/** The facts of one fleet, with the tokens of this environment. */
export function factsOf(fleet: FleetConfig, env: Environment): Facts {
  const { file, name } = fleet;
  const ended = new AbortController();
  setMaxListeners(0, ended.signal);
  const call = { signal: ended.signal };
  const forge = createForge({
    kind: file.forge.kind,
    url: file.forge.url,
    repo: file.repo,
    tokens: { read: text(env, file.forge.token), control: text(env, file.forge.controlToken) },
    tokenVariables: { read: file.forge.token, control: file.forge.controlToken },
    place: { source: 'greenlane.yaml', key: `fleets.${name}.forge.url` },
  });
  const temporal = once(() => connect(env, { timeoutMs: CONNECT_MS }));
  const head = once(() => forge.branchHead(file.branch, call));
  const statuses = once(async () => forge.statuses(await head(), call));
  const tenants = once(async () => (await controlPlaneOf(fleet, env).enumerate(call)).slugs);
  return {
    fleet,
    env,
    forge,
    signal: ended.signal,
    temporal,
    head,
    statuses,
    tenants,
    close: async () => {
      ended.abort();
      const access = await temporal.begun()?.catch(() => undefined);
      await access?.close();
    },
  };
}

/** A fact that another check reports when it cannot be read. @throws FactMissing naming that check. */
export async function fact<T>(source: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch {
    throw new FactMissing(source);
  }
}

function controlPlaneOf({ file, name, allowNonProduction }: FleetConfig, env: Environment) {
  const url = checkControlPlaneUrl({
    url: file.controlPlane.url,
    productionUrl: file.controlPlane.productionUrl ?? file.controlPlane.url,
    allowNonProduction,
    place: { source: 'greenlane.yaml', key: `fleets.${name}.controlPlane.url` },
  });
  const token = text(env, file.controlPlane.token);
  if (token === undefined) throw new MissingTokenError(file.controlPlane.token, 'may redeploy the fleet');
  return createControlPlane({ url, token, tokenVariable: file.controlPlane.token });
}

function once<T>(read: () => Promise<T>): (() => Promise<T>) & { begun: () => Promise<T> | undefined } {
  let reading: Promise<T> | undefined;
  const get = (): Promise<T> => {
    reading ??= read();
    reading.catch(() => undefined);
    return reading;
  };
  return Object.assign(get, { begun: () => reading });
}
