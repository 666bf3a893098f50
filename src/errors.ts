import { oneLine } from './safety/neutralise.ts';

/** What a message quotes may be anything: it is shown as one line of at most so many characters. */
const LONGEST_MESSAGE = 1_000;

/**
 * The errors Greenlane shows to people: a class per condition, one message that names the thing and the
 * way out. Everything else that is thrown is a bug and is shown as one.
 */
export abstract class GreenlaneError extends Error {
  /** Exit code of the command line that ends with this error (contract: docs/cli.md). */
  abstract readonly exitCode: number;
  override get name(): string {
    return this.constructor.name;
  }
}

/** The command line cannot be understood. */
export class UsageError extends GreenlaneError {
  readonly exitCode = 2;
}

/** Where a configuration value stands: a file with line and key, or an environment variable. */
export interface ConfigurationPlace {
  /** `greenlane.yaml` or `environment variable PROD_CP_URL`. */
  readonly source: string;
  /** 1-based line in the file. */
  readonly line?: number;
  /** Path of the key: `fleets.production.rollout.batchSize`. */
  readonly key?: string;
}

/** A configuration that cannot be used: what is wrong, where, what was expected. */
export class ConfigurationError extends GreenlaneError {
  readonly exitCode = 2;
  readonly place: ConfigurationPlace;
  constructor(place: ConfigurationPlace, problem: string) {
    const line = place.line === undefined ? '' : `:${place.line}`;
    const key = place.key === undefined || place.key === '' ? '' : ` ${place.key}:`;
    super(oneLine(`${place.source}${line}:${key} ${problem}`, LONGEST_MESSAGE));
    this.place = place;
  }
}

/** No Temporal server answers at the address. */
export class TemporalUnreachableError extends GreenlaneError {
  readonly exitCode = 5;
  readonly address: string;
  constructor(address: string, why: string) {
    super(
      `Temporal does not answer at ${address} (${why}). ` +
        'Set TEMPORAL_ADDRESS to the server of your deploys, or start one on this machine with `greenlane dev`.',
    );
    this.address = address;
  }
}

/** Nobody polls the lane, so nothing that is started there would move (I-21). */
export class NoWorkerError extends GreenlaneError {
  readonly exitCode = 6;
  readonly lane: string;
  constructor(lane: string, detail: string) {
    super(`No worker polls the lane \`${lane}\`. ${detail}`);
    this.lane = lane;
  }
}

/** A command for a deploy that cannot do what is asked in the state it is in. */
export class RefusedError extends GreenlaneError {
  readonly exitCode = 1;
}

/** A server of the demo or the tests that does not come up. */
export class ServerStartError extends GreenlaneError {
  readonly exitCode = 1;
  /** The last lines it wrote; empty when it wrote nothing. */
  readonly output: string;
  /** It came up and ended, rather than never answering or not being tried: another start may go better. */
  readonly ended: boolean;
  constructor(what: string, why: string, output: string, ended = false) {
    super(`Cannot start ${what}: ${why}.${output === '' ? '' : ` Its last lines:\n${output}`}`);
    this.output = output;
    this.ended = ended;
  }
}

/** Something this machine lacks and that could neither be downloaded nor built. */
export class SetUpError extends GreenlaneError {
  readonly exitCode = 1;
}

/** A token that a call needs is not configured. There is no fallback to another one: each has one job. */
export class MissingTokenError extends GreenlaneError {
  readonly exitCode = 2;
  /** The environment variable to set. */
  readonly variable: string;
  constructor(variable: string, job: string) {
    super(`${variable} is not set, and nothing else stands in for it. Set it to a token that ${job}.`);
    this.variable = variable;
  }
}

/** A server of ours that cannot have the address it was told to listen on. */
export class AddressError extends GreenlaneError {
  readonly exitCode = 2;
  readonly host: string;
  readonly port: number;
  constructor(host: string, port: number, code: string | undefined) {
    const why: Readonly<Record<string, string>> = {
      EADDRINUSE: `port ${port} of ${host} is in use: give another one with --port, or 0 for any free one`,
      EACCES: `this user may not listen on port ${port}: give one above 1023 with --port`,
      EADDRNOTAVAIL: `${host} is not an address of this machine: give one that is with --host, such as 127.0.0.1`,
      ENOTFOUND: `${host} is no name this machine knows: give an address with --host, such as 127.0.0.1`,
    };
    super(why[code ?? ''] ?? `cannot listen on port ${port} of ${host} (${code ?? 'unknown error'})`);
    this.host = host;
    this.port = port;
  }
}

/** A history that no report can be made from: what it is, and how to get one that can. */
export class HistoryError extends GreenlaneError {
  readonly exitCode = 2;
}

/** A payload that cannot be decrypted: why, and what to set. */
export class UnreadablePayloadError extends GreenlaneError {
  readonly exitCode = 2;
  constructor(why: string) {
    super(`A payload from Temporal cannot be read: ${why}.`);
  }
}
