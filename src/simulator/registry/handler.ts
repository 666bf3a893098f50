import type { Answer } from '../exchange.ts';
import { json, readBody } from '../exchange.ts';
import { answerStruck } from '../faults/answering.ts';
import type { Arrival, World } from '../world.ts';
import { takeUp } from '../world.ts';
import type { Manifest } from './store.ts';

/** The prefixes of the registry below the simulator's address. */
export const registryPrefix = '/v2/';
export const registryTokenPath = '/registry-token';
const service = 'simulated-registry';
const version = { 'Docker-Distribution-Api-Version': 'registry/2.0' };

/** Serves the distribution API: manifests by tag or digest, pushed manifests, and the token it may ask for. */
export async function serveRegistry(world: World, arrival: Arrival): Promise<void> {
  const { req, method, path, query } = arrival;
  const exchange = takeUp(world, arrival, 'registry');
  const { entry } = exchange;
  const body = method === 'PUT' ? await readBody(req) : '';
  const [, name, reference] = /^\/v2\/(.+)\/manifests\/([^/]+)$/.exec(path) ?? [];
  const needed = `repository:${name ?? ''}:${method === 'PUT' ? 'pull,push' : 'pull'}`;
  const authorised = mayPass(world, req.headers.authorization, name, method);
  if (path !== registryTokenPath) entry.authorizationOk = authorised;
  world.journal.noticed(entry);
  const strike = world.faults.strike('registry', { path: entry.path });
  await answerStruck(exchange, strike, world.clock, () => {
    const work = (): Answer => {
      if (path === registryTokenPath) return tokenAnswer(world, query.get('scope') ?? '');
      if (!authorised) return challenge(world, name === undefined ? undefined : needed);
      if (path === registryPrefix || path === '/v2') return json(200, {}, version);
      if (name === undefined || reference === undefined)
        return problem(404, 'NAME_UNKNOWN', 'repository name not known to registry');
      if (name !== `${world.forge.owner}/${world.forge.name}`)
        return problem(404, 'NAME_UNKNOWN', 'repository name not known to registry');
      if (method === 'PUT') {
        entry.effect = true;
        const type = req.headers['content-type'] ?? 'application/vnd.oci.image.manifest.v1+json';
        const stored = world.registry.put(reference, Buffer.from(body), type);
        return {
          status: 201,
          headers: { ...version, 'Docker-Content-Digest': stored.digest, Location: `${path}` },
          body: '',
        };
      }
      if (method !== 'GET' && method !== 'HEAD')
        return problem(405, 'UNSUPPORTED', 'The operation is unsupported.');
      const manifest = world.registry.find(reference);
      return manifest === undefined
        ? problem(404, 'MANIFEST_UNKNOWN', 'manifest unknown')
        : manifestAnswer(manifest);
    };
    return Promise.resolve(work());
  });
}

function manifestAnswer({ bytes, digest, mediaType }: Manifest): Answer {
  return {
    status: 200,
    headers: { ...version, 'Content-Type': mediaType, 'Docker-Content-Digest': digest },
    body: bytes,
  };
}

function problem(status: number, code: string, message: string): Answer {
  return json(status, { errors: [{ code, message, detail: null }] }, version);
}

function tokenAnswer(world: World, scope: string): Answer {
  const token = world.registryTokens.issue(scope);
  return json(200, { token, access_token: token, expires_in: 300, issued_at: new Date().toISOString() });
}

function mayPass(
  world: World,
  header: string | undefined,
  name: string | undefined,
  method: string,
): boolean {
  if (!world.settings.registryAuth) return true;
  const scope = world.registryTokens.scopeOf(header);
  if (scope === undefined || name === undefined) return scope !== undefined;
  const actions = /^repository:(.+):([a-z,*]+)$/.exec(scope);
  return (
    actions?.[1] === name && (actions[2]?.split(',').includes(method === 'PUT' ? 'push' : 'pull') ?? false)
  );
}

function challenge(world: World, scope: string | undefined): Answer {
  const realm = `Bearer realm="${world.url}${registryTokenPath}",service="${service}"`;
  const header = scope === undefined ? realm : `${realm},scope="${scope}"`;
  const body = { errors: [{ code: 'UNAUTHORIZED', message: 'authentication required', detail: null }] };
  return json(401, body, { ...version, 'WWW-Authenticate': header });
}
