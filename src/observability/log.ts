import pino, { type Logger } from 'pino';
import { text, type Environment } from '../config/environment.ts';
import { ConfigurationError } from '../errors.ts';
import type { Secrets } from '../safety/secrets.ts';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error'];

/**
 * JSON logs on stderr, one object per line; every line is scrubbed of the worker's secrets (I-23).
 * @throws ConfigurationError for a level that is none.
 */
export function createLog(secrets: Secrets, env: Environment): Logger {
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
    },
    { write: (line: string) => void process.stderr.write(secrets.scrub(line)) },
  );
}
