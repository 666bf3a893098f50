import { DefaultLogger, Runtime, type LogLevel } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { Environment } from '../config/environment.ts';
import { addressOf, cannotListen, type Address } from './address.ts';
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
 * @throws ConfigurationError for an address that is none, or cannot be listened at.
 */
export function installRuntime(log: Logger, env: Environment): void {
  if (installed) return;
  const address = metricsAddressOf(env);
  try {
    Runtime.install({
      logger: new DefaultLogger('INFO', ({ level, message, meta }) =>
        log[levelOf(level)](meta ?? {}, message),
      ),
      telemetryOptions: {
        logging: { forward: {}, filter: 'WARN' },
        ...(address === undefined
          ? {}
          : {
              metrics: {
                prometheus: {
                  bindAddress: address.text,
                  useSecondsForDurations: true,
                  histogramBucketOverrides: BUCKETS,
                },
              },
            }),
      },
      shutdownSignals: [],
    });
  } catch (error) {
    if (address !== undefined && /prometheus/i.test(String(error)))
      throw cannotListen(METRICS_ADDRESS, address, error);
    throw error;
  }
  installed = true;
}

/** Where Prometheus scrapes this worker; undefined when it does not. @throws ConfigurationError */
export function metricsAddressOf(env: Environment): Address | undefined {
  return addressOf(env, METRICS_ADDRESS);
}

function levelOf(level: LogLevel): 'trace' | 'debug' | 'info' | 'warn' | 'error' {
  return level.toLowerCase() as 'trace' | 'debug' | 'info' | 'warn' | 'error';
}
