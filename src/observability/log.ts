import pino, { type Logger } from 'pino';
import { text, type Environment } from '../config/environment.ts';
import { ConfigurationError } from '../errors.ts';
import type { Secrets } from '../safety/secrets.ts';

/** Lines that are kept, in characters, while nothing can be written; what comes on top is lost. */
const KEPT = 1_000_000;
const AGAIN_MS = 1_000;

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error'];

/**
 * JSON logs on stderr unless told otherwise, one object per line; every line is scrubbed of the worker's secrets (I-23).
 * @throws ConfigurationError for a level that is none.
 */
export function createLog(
  secrets: Secrets,
  env: Environment,
  lines: { write(line: string): unknown } = toStderr(),
): Logger {
  const level = text(env, 'GREENLANE_LOG_LEVEL') ?? 'info';
  if (!LEVELS.includes(level))
    throw new ConfigurationError(
      { source: 'environment variable GREENLANE_LOG_LEVEL' },
      `expected one of ${LEVELS.join(', ')}, got ${JSON.stringify(level.slice(0, 40))}`,
    );
  return pino(
    {
      level,
      base: { service: 'greenlane' },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // Temporal's SDK logs what was thrown as `error`.
      serializers: { error: pino.stdSerializers.err },
    },
    { write: (line: string) => void lines.write(secrets.scrub(line)) },
  );
}

/**
 * Stderr for a process that must outlive its log: on a full disk, or with a reader that is gone, Node's own stream
 * would end the worker in the middle of a deploy.
 */
function toStderr(): ReturnType<typeof pino.destination> {
  const lines = pino.destination({
    dest: 2,
    // What was logged before a `kill -9` is there.
    sync: true,
    // Only with a least length are lines that could not be written tried again by themselves.
    minLength: 1,
    maxLength: KEPT,
    periodicFlush: AGAIN_MS,
    retryEAGAIN: () => false,
  });
  lines.on('error', () => undefined);
  return lines;
}
