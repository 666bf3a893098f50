import { startStack } from '../dev/stack.ts';
import { UsageError } from '../errors.ts';
import { superviseWorker } from '../dev/supervisor.ts';
import type { CommandContext, GlobalOptions } from './context.ts';
import { untilInterrupted } from './interrupted.ts';

export interface DevOptions extends GlobalOptions {
  readonly tenants?: string;
  readonly port?: string;
}

/** A Temporal server with UI, a worker and a simulated fleet, until Ctrl-C. */
export async function run(options: DevOptions, context: CommandContext): Promise<number> {
  const port = options.port === undefined ? undefined : numberOf('--port', options.port, 65_535);
  const stack = await startStack({
    simulator: { tenants: tenantsOf(options), perTenantMs: 400 },
    server: port === undefined ? {} : { port },
  });
  let supervisor: Awaited<ReturnType<typeof superviseWorker>> | undefined;
  try {
    supervisor = await superviseWorker(stack, (text) => context.stderr(`${text}\n`));
    const sha = stack.sim.forge.push();
    stack.sim.forge.setGreen(sha, ['CI / build (push)', 'CI / test (push)', 'CI / lint (push)']);
    context.stdout(
      [
        `Temporal UI        ${stack.server?.uiUrl ?? ''}`,
        `Temporal server    ${stack.address}`,
        `simulated world    ${stack.sim.url}/__sim/state`,
        `a green commit     ${sha}`,
        '',
        'In another terminal:',
        `  export TEMPORAL_ADDRESS=${stack.address} GREENLANE_CONFIG=${stack.configFile}`,
        `  greenlane deploy --sha ${sha}`,
        '',
        'Ctrl-C ends everything.',
        '',
      ].join('\n'),
    );
    await untilInterrupted();
  } finally {
    supervisor?.stop();
    await stack.stop();
  }
  return 0;
}

/** `--tenants` as a number; 30 unless given. @throws UsageError */
export function tenantsOf(options: { readonly tenants?: string }): number {
  return options.tenants === undefined ? 30 : numberOf('--tenants', options.tenants, 100_000);
}

function numberOf(option: string, text: string, most: number): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > most)
    throw new UsageError(`${option}: expected a whole number from 1 to ${most}, got ${JSON.stringify(text)}`);
  return value;
}
