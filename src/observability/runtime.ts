import { DefaultLogger, Runtime, type LogLevel } from '@temporalio/worker';
import type { Logger } from 'pino';
import { text, type Environment } from '../config/environment.ts';
import { ConfigurationError } from '../errors.ts';
import { METRICS } from '../workflows/metrics.ts';

const METRICS_ADDRESS = 'GREENLANE_METRICS_ADDRESS';

/** Bounds of the histograms, in seconds: a wave takes up to ten minutes, gates up to an hour and more. */
const BUCKETS: Readonly<Record<string, number[]>> = {
  [METRICS.waveSeconds]: [1, 2, 5, 10, 20, 30, 60, 90, 120, 180, 300, 390, 600, 1_200],
  [METRICS.gateWaitSeconds]: [1, 15, 60, 120, 300, 600, 900, 1_800, 2_700, 3_600, 5_400, 7_200],
};

let installed = false;

/**
 * The SDK's runtime: its logs go where ours go, and its metrics with ours to Prometheus where an address is set.
 * Once per process.
 * @throws ConfigurationError for an address that is none, or is in use.
 */
export function installRuntime(log: Logger, env: Environment): void {
  if (installed) return;
  const bindAddress = metricsAddressOf(env);
  try {
    Runtime.install({
      logger: new DefaultLogger('INFO', ({ level, message, meta }) =>
        log[levelOf(level)](meta ?? {}, message),
      ),
      telemetryOptions: {
        logging: { forward: {}, filter: 'WARN' },
        ...(bindAddress === undefined
          ? {}
          : {
              metrics: {
                prometheus: {
                  bindAddress,
                  useSecondsForDurations: true,
                  histogramBucketOverrides: BUCKETS,
                },
              },
            }),
      },
      shutdownSignals: [],
    });
  } catch (error) {
    if (bindAddress !== undefined && /address (already )?in use|EADDRINUSE/i.test(String(error)))
      throw inUse(METRICS_ADDRESS, bindAddress);
    throw error;
  }
  installed = true;
}

/** `host:port` of `GREENLANE_METRICS_ADDRESS`; undefined when it is not set. @throws ConfigurationError */
export function metricsAddressOf(env: Environment): string | undefined {
  return addressOf(env, METRICS_ADDRESS);
}

/** An address to listen at, from a variable. @throws ConfigurationError naming it. */
export function addressOf(env: Environment, variable: string): string | undefined {
  const value = text(env, variable);
  if (value === undefined) return undefined;
  const port = Number(/^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]+\]):(\d{1,5})$/i.exec(value)?.[1] ?? '0');
  if (port < 1 || port > 65_535)
    throw new ConfigurationError(
      { source: `environment variable ${variable}` },
      `expected an IP address and a port such as 0.0.0.0:9464, got ${JSON.stringify(value.slice(0, 80))}`,
    );
  return value;
}

/** @returns the error for an address that somebody else listens at */
export function inUse(variable: string, address: string): ConfigurationError {
  return new ConfigurationError(
    { source: `environment variable ${variable}` },
    `${address} is in use by another program; expected a free one`,
  );
}

function levelOf(level: LogLevel): 'trace' | 'debug' | 'info' | 'warn' | 'error' {
  return level.toLowerCase() as 'trace' | 'debug' | 'info' | 'warn' | 'error';
}
