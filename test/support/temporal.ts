import proto from '@temporalio/proto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { findTimeSkippingServer } from '../../scripts/lib/time-skipping-server.mjs';
import type { DevServerOptions } from '../../src/dev/temporal-server.ts';
import { startDevServer } from '../../src/dev/temporal-server.ts';
import { searchAttributes } from '../../src/workflows/search-attributes.ts';

/** The type of all of them; the server takes its number, not its name. */
const KEYWORD = proto.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;
const MOST_STARTS = 6;

/**
 * A real Temporal server for one test file, with Greenlane's search attributes registered; up in half a second.
 * `teardown()` stops it, and it never outlives the test's process.
 */
export async function localEnvironment(options: DevServerOptions = {}): Promise<TestWorkflowEnvironment> {
  quietRuntime();
  const server = await startDevServer({ headless: true, ...options });
  const { address, namespace } = server;
  // createLocal() of the SDK would leave the server behind when the test's process is killed.
  const environment = await TestWorkflowEnvironment.createFromExistingServer({ address, namespace });
  const disconnect = environment.teardown.bind(environment);
  environment.teardown = async () => {
    await disconnect();
    await server.stop();
  };
  return environment;
}

/**
 * A server that skips time while a result is awaited (or by `sleep()` of the environment), for one test file;
 * with Greenlane's search attributes registered; up in a second. Its clock is one for all: no tests beside each other.
 */
export async function timeSkippingEnvironment(): Promise<TestWorkflowEnvironment> {
  quietRuntime();
  const found = findTimeSkippingServer();
  if (found === undefined) {
    throw new Error('No time-skipping test server: run `node scripts/setup.mjs --tests` once.');
  }
  const environment = await skipping(found.path);
  await environment.connection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: Object.fromEntries(Object.values(searchAttributes).map(({ name }) => [name, KEYWORD])),
  });
  return environment;
}

/** The SDK gives a server five seconds to start, which a busy machine does not always have for it. */
async function skipping(path: string): Promise<TestWorkflowEnvironment> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await TestWorkflowEnvironment.createTimeSkipping({
        server: { executable: { type: 'existing-path', path } },
      });
    } catch (error) {
      if (tries === MOST_STARTS || !String(error).includes('did not start within')) throw error;
    }
  }
}

let quiet = false;

/** Workers say when they start and stop; a test’s output has room for what went wrong only. Once per process. */
export function quietRuntime(): void {
  if (quiet) return;
  quiet = true;
  Runtime.install({ logger: new DefaultLogger('ERROR') });
}
