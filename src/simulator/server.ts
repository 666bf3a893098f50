import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { controlPlanePrefix, serveControlPlane } from './control-plane/handler.ts';
import { json, send } from './exchange.ts';
import { giteaPrefix, githubPrefix, serveForge } from './forge/handler.ts';
import { hookPrefix, serveHook } from './hooks/handler.ts';
import { registryPrefix, registryTokenPath, serveRegistry } from './registry/handler.ts';
import { serveTenant, tenantPrefix } from './tenants/handler.ts';
import type { Arrival, World } from './world.ts';

/** Opens a port of the loopback interface (0: any free one) and gives its server and address. */
export async function listen(port: number): Promise<{ server: Server; url: string }> {
  // No limits of the server's own: what ends a call early must be a fault somebody asked for.
  const server = createServer({
    keepAliveTimeout: 120_000,
    requestTimeout: 0,
    headersTimeout: 0,
    noDelay: true,
  });
  server.timeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const inUse = error.code === 'EADDRINUSE';
      reject(
        inUse ? new Error(`Port ${port} is in use; give the simulator another one, or 0 for any.`) : error,
      );
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  server.on('clientError', (_error, socket) => {
    socket.destroy();
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Serves requests with a world until the server is closed. */
export function serve(server: Server, world: World, serveAdmin: (arrival: Arrival) => Promise<void>): void {
  server.on('request', (req, res) => {
    // A client that goes away in the middle of a body is part of the game.
    req.on('error', () => undefined);
    res.on('error', () => undefined);
    route(world, req, res, serveAdmin).catch((error: unknown) => {
      failed(world, req, res, error);
    });
  });
}

function route(
  world: World,
  req: IncomingMessage,
  res: ServerResponse,
  serveAdmin: (arrival: Arrival) => Promise<void>,
): Promise<void> {
  const { settings } = world;
  if (settings.plant !== undefined) res.setHeader('X-Upstream-Authorization', settings.plant);
  if (settings.clockSkewMs !== 0)
    res.setHeader('Date', new Date(Date.now() + settings.clockSkewMs).toUTCString());
  const url = req.url ?? '/';
  if (url.startsWith(tenantPrefix)) return serveTenant(world, req, res);
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
  const arrival: Arrival = { req, res, method: req.method ?? 'GET', path, query };
  if (path.startsWith(giteaPrefix)) return serveForge(world, arrival, 'gitea');
  if (path.startsWith(githubPrefix)) return serveForge(world, arrival, 'github');
  if (path.startsWith(controlPlanePrefix)) return serveControlPlane(world, arrival);
  if (path.startsWith(registryPrefix) || path === '/v2' || path === registryTokenPath)
    return serveRegistry(world, arrival);
  if (path.startsWith(hookPrefix)) return serveHook(world, arrival);
  if (path.startsWith('/__sim/')) return serveAdmin(arrival);
  send(res, json(404, { error: 'nothing is simulated here' }));
  return Promise.resolve();
}

/** A half-sent request is the client's affair; anything else is a mistake of the simulator and is kept. */
function failed(world: World, req: IncomingMessage, res: ServerResponse, error: unknown): void {
  if (!req.complete || res.destroyed) return;
  world.errors.push(error instanceof Error ? error : new Error(String(error)));
  if (res.headersSent) res.destroy();
  else send(res, json(500, { error: `simulator: ${String(error)}` }));
}
