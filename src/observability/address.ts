import { isIP } from 'node:net';
import { text, type Environment } from '../config/environment.ts';
import { ConfigurationError } from '../errors.ts';

/** Where something listens: an IP address of this machine, and a port. */
export interface Address {
  readonly host: string;
  readonly port: number;
  /** As it was said: `host:port`. */
  readonly text: string;
}

/**
 * An address to listen at, from a variable; undefined when it is not set.
 * @throws ConfigurationError naming the variable, for a name of a host or a port that is none.
 */
export function addressOf(env: Environment, variable: string): Address | undefined {
  const value = text(env, variable);
  if (value === undefined) return undefined;
  const [, bracketed, plain, digits] = /^(?:\[(.+)\]|([^:]+)):(\d{1,5})$/.exec(value) ?? [];
  const host = bracketed ?? plain ?? '';
  const port = Number(digits ?? 0);
  if (isIP(host) !== (bracketed === undefined ? 4 : 6) || port < 1 || port > 65_535)
    throw new ConfigurationError(
      sourceOf(variable),
      `expected an IP address and a port such as 0.0.0.0:9464, got ${JSON.stringify(value.slice(0, 80))}`,
    );
  return { host, port, text: value };
}

/**
 * The error for an address that cannot be listened at.
 * @param error what the system, or the SDK's native part, said of it
 */
export function cannotListen(variable: string, address: Address, error: unknown): ConfigurationError {
  return new ConfigurationError(
    sourceOf(variable),
    `cannot listen at ${address.text}: ${reasonOf(String(error))}; expected an address of this machine with a port that is free`,
  );
}

function sourceOf(variable: string): { source: string } {
  return { source: `environment variable ${variable}` };
}

/** The native part says it in words with the system's number, Node with its name. */
function reasonOf(said: string): string {
  if (/EADDRINUSE|address (already )?in use|os error 98/i.test(said))
    return 'another program listens there already';
  if (/EADDRNOTAVAIL|cannot assign|os error 99/i.test(said)) return 'this machine has no such address';
  if (/EACCES|permission denied|os error 13/i.test(said)) return 'this user may not listen on that port';
  return 'the system refuses it';
}
