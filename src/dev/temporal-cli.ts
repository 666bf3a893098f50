import { createSteps } from '../../scripts/lib/steps.mjs';
import { ensureTemporalCli } from '../../scripts/lib/temporal-cli.mjs';
import { setUp } from './set-up.ts';

/**
 * Path of the Temporal CLI on this machine; downloaded or built into the cache when there is none, which is said
 * on stderr and may take minutes.
 * @throws {import('../errors.ts').SetUpError} with the ways out
 */
export async function temporalCli(): Promise<string> {
  const { path } = await setUp(() => ensureTemporalCli(createSteps()));
  return path;
}
