import { SetupError } from '../../scripts/lib/setup-error.mjs';
import { SetUpError } from '../errors.ts';

/**
 * Runs a part of the set-up scripts; what they throw for people becomes one of the project's errors.
 * @throws {SetUpError}
 */
export async function setUp<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SetupError) throw new SetUpError(error.message);
    throw error;
  }
}
