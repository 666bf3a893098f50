import fc from 'fast-check';
import { countOf, isNightly, seedFor } from '../support/nightly.ts';

/** No input may keep a parser busy for longer, in ms of the processor: how busy the machine is otherwise is no fault. */
const CASE_MS = 20_000;
/** Characters of an input that are shown. */
const SHOWN = 2_500;
/** The same in every `npm test`, so that it is red for what changed; another each night. */
export const SEED =
  isNightly || process.env['GREENLANE_SEED'] !== undefined ? seedFor('test/fuzz') : 20_261_121;

/** Time a test may take for all its cases, in ms. */
export const FUZZ_TIMEOUT_MS = isNightly ? 40 * 60_000 : 180_000;

/**
 * Tries a parser on many inputs. Beside what `judge` asserts: no case takes seconds, and none leaves something behind
 * on `Object.prototype`.
 * @throws Error with the smallest input that fails, the seed, and the command that tries it again.
 */
export async function fuzz<T>(
  inputs: fc.Arbitrary<T>,
  judge: (input: T) => void | Promise<void>,
): Promise<void> {
  const property = fc.asyncProperty(inputs, async (input) => {
    const before = process.cpuUsage();
    await judge(input);
    const { user, system } = process.cpuUsage(before);
    const took = (user + system) / 1_000;
    if (took > CASE_MS) throw new Error(`it took ${Math.round(took)} ms`);
    const left = Object.keys(Object.prototype);
    if (left.length > 0) throw new Error(`it left ${left.join(', ')} on Object.prototype`);
  });
  const path = process.env['GREENLANE_FUZZ_PATH'];
  const details = await fc.check(property, {
    numRuns: countOf('fuzz cases'),
    seed: SEED,
    ...(path === undefined ? {} : { path }),
    // Shrinking stops in time to be told.
    interruptAfterTimeLimit: 35 * 60_000,
    markInterruptAsFailure: true,
  });
  if (!details.failed) return;
  const replay = `${isNightly ? 'GREENLANE_NIGHTLY=1 ' : ''}GREENLANE_SEED=${details.seed} GREENLANE_FUZZ_PATH=${details.counterexamplePath ?? ''}`;
  const { errorInstance } = details;
  const why = errorInstance instanceof Error ? (errorInstance.stack ?? errorInstance.message) : 'failed';
  const input = JSON.stringify(details.counterexample?.[0]) ?? 'none';
  throw new Error(
    `case ${details.numRuns}: ${why.slice(0, 2_000)}\n\nInput: ${input.slice(0, SHOWN)}\n\nAgain: ${replay} npx vitest run FILE -t TITLE`,
  );
}
