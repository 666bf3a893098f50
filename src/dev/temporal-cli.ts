import { findTemporalCli as find, ensureTemporalCli } from '../../scripts/lib/temporal-cli.mjs';
import { SetupError } from '../../scripts/lib/setup-error.mjs';
import { createSteps } from '../../scripts/lib/steps.mjs';
import { SetUpError } from '../errors.ts';

/**
 * Path of the Temporal CLI on this machine; downloaded or built into the cache when there is none, which is said
 * on stderr and may take minutes.
 * @throws {SetUpError} with the ways out
 */
export async function temporalCli(): Promise<string> {
  try {
    return (find() ?? (await ensureTemporalCli(createSteps()))).path;
  } catch (error) {
    if (error instanceof SetupError) throw new SetUpError(error.message);
    throw error;
  }
}
