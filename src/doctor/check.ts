import { GreenlaneError, MissingTokenError } from '../errors.ts';
import { HttpFailure } from '../http/failure.ts';

/**
 * `ok`: seen to be right. `warn`: a deploy works, with less than it could have. `fail`: a deploy would not work.
 * `unknown`: could not be looked at, and what nobody looked at is not right.
 */
export type State = 'ok' | 'warn' | 'fail' | 'unknown';

export interface Finding {
  readonly state: State;
  /** What was seen, in one line. */
  readonly found: string;
  /** What to do; empty when nothing is to be done. */
  readonly remedy: string;
}

export interface Check {
  readonly name: string;
  readonly look: () => Promise<Finding>;
}

export interface CheckResult extends Finding {
  readonly check: string;
  /** How long it took, in ms. */
  readonly ms: number;
}

/** What a check waits for at most: all of them end within five seconds. */
export const CHECK_LIMIT_MS = 4_000;

export const ok = (found: string): Finding => ({ state: 'ok', found, remedy: '' });
export const warn = (found: string, remedy: string): Finding => ({ state: 'warn', found, remedy });
export const fail = (found: string, remedy: string): Finding => ({ state: 'fail', found, remedy });
export const unknown = (found: string, remedy: string): Finding => ({ state: 'unknown', found, remedy });

/** A fact that another check reads did not come: nothing can be said here. */
export class FactMissing extends Error {
  readonly check: string;
  constructor(check: string) {
    super(`needs what the check \`${check}\` could not read`);
    this.check = check;
  }
}

/** Runs all checks beside each other. None can fail another, hang, or end the whole: each has an end of its own. */
export async function runChecks(checks: readonly Check[], limitMs = CHECK_LIMIT_MS): Promise<CheckResult[]> {
  return Promise.all(
    checks.map(async ({ name, look }): Promise<CheckResult> => {
      const began = performance.now();
      const finding = await within(look, limitMs).catch(findingOf);
      return { check: name, ...finding, ms: Math.round(performance.now() - began) };
    }),
  );
}

async function within(look: () => Promise<Finding>, limitMs: number): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding>((resolve) => {
    timer = setTimeout(
      () =>
        resolve(
          unknown(
            `no answer within ${limitMs / 1000} s`,
            'look whether the service is up and near, and run doctor again',
          ),
        ),
      limitMs,
    );
  });
  try {
    return await Promise.race([look(), late]);
  } finally {
    clearTimeout(timer);
  }
}

function findingOf(error: unknown): Finding {
  if (error instanceof FactMissing) return unknown(error.message, `mend \`${error.check}\` first`);
  if (error instanceof MissingTokenError)
    return unknown(
      `${error.variable} is not set here`,
      'run doctor where the worker runs, with its environment',
    );
  if (error instanceof HttpFailure && error.kind === 'aborted')
    return unknown('no answer in time', 'look whether the service is up and near, and run doctor again');
  if (error instanceof GreenlaneError) return fail(...saidOf(error.message));
  const name = error instanceof Error ? error.name : typeof error;
  return fail(`unexpected ${name}`, 'this is a bug of doctor: GREENLANE_DEBUG=1 shows where');
}

/** Our errors say what is wrong and then, after a semicolon or a full stop, what to do. */
function saidOf(message: string): [found: string, remedy: string] {
  const at = message.search(/[.;] /);
  if (at === -1) return [message, 'look whether it is up, and reachable from here'];
  return [message.slice(0, at), message.slice(at + 2)];
}
