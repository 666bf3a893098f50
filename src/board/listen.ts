import type { Server } from 'node:http';
import { isIPv6, type AddressInfo } from 'node:net';
import { AddressError } from '../errors.ts';

/**
 * Listens, and gives back the address people open.
 * @throws AddressError in one line with the remedy: the port is in use, or the host is not this machine's.
 */
export async function listen(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new AddressError(host, port, error.code)));
    server.listen({ host, port }, resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  return `http://${isIPv6(host) ? `[${host}]` : host}:${actual}`;
}

/** Whether only this machine can reach a server on that host. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
