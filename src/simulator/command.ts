import { Command, InvalidArgumentError, Option } from 'commander';
import type { SimulatorOptions } from './options.ts';

/** Options of the command line, as commander hands them over. */
export interface SimulatorArguments {
  readonly tenants: number | readonly string[];
  readonly port: number;
  readonly seed: number;
  readonly initialSha?: string;
  readonly repo: string;
  readonly branch: string;
  readonly perTenantMs: number;
  readonly settleMs: number;
  readonly answerMs: number;
  readonly forgeVersion: '1.22' | '1.26';
  readonly idempotent?: true;
  readonly fenceEpochs?: true;
  readonly registryAuth?: true;
  readonly countTenantReads?: true;
}

function whole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('expected a whole number.');
  return Number(text);
}

function fleet(text: string): number | readonly string[] {
  if (/^\d+$/.test(text)) return Number(text);
  const slugs = text.split(',');
  if (!slugs.every((slug) => /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(slug))) {
    throw new InvalidArgumentError('expected a number, or slugs separated by commas.');
  }
  return slugs;
}

/** The simulator as a program of its own. The tokens come from the environment, as for Greenlane's worker. */
export function simulatorCommand(): Command {
  return new Command('greenlane-simulator')
    .description(
      'A forge, a control plane and tenants on loopback. Prints one JSON line with their addresses.',
    )
    .option('--tenants <number or slugs>', 'how many tenants, or their slugs', fleet, 30)
    .option('--port <number>', 'port of the loopback interface; 0: any', whole, 0)
    .option('--seed <number>', 'decides SHAs and chances', whole, 1)
    .option('--initial-sha <sha>', 'what every tenant runs at the start')
    .option('--repo <owner/name>', 'the repository', 'acme/core')
    .option('--branch <name>', 'its branch', 'main')
    .option('--per-tenant-ms <ms>', 'how long a redeploy of one tenant takes', whole, 0)
    .option('--settle-ms <ms>', 'how long the old SHA is answered after a swap', whole, 0)
    .option('--answer-ms <ms>', 'how long /buildinfo takes', whole, 0)
    .addOption(
      new Option('--forge-version <version>', 'decides how skipped jobs are posted')
        .choices(['1.22', '1.26'])
        .default('1.26'),
    )
    .option('--idempotent', 'the control plane honours Idempotency-Key')
    .option('--fence-epochs', 'the control plane refuses a lower epoch')
    .option('--registry-auth', 'the registry asks for a token')
    .option('--count-tenant-reads', 'reads of tenants are counted, not journalled');
}

/** The options of a simulator from its command line and environment. */
export function optionsFrom(args: SimulatorArguments, env: NodeJS.ProcessEnv): SimulatorOptions {
  const { countTenantReads, initialSha, ...same } = args;
  const controlPlaneToken = env['CP_ADMIN_API_TOKEN'];
  const forgeToken = env['AUTO_SYNC_TOKEN'];
  const controlToken = env['PROD_AUTO_DEPLOY_CONTROL_TOKEN'];
  return {
    ...same,
    ...(initialSha === undefined ? {} : { initialSha }),
    ...(countTenantReads === undefined ? {} : { journalTenantReads: false }),
    ...(controlPlaneToken === undefined ? {} : { controlPlaneToken }),
    ...(forgeToken === undefined ? {} : { forgeToken }),
    ...(controlToken === undefined ? {} : { controlToken }),
  };
}
