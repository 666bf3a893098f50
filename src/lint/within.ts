import { Script } from 'node:vm';

const NAME = Symbol.for('greenlane.within');
const call = new Script("globalThis[Symbol.for('greenlane.within')]()");
/** Waited for as many times longer, where others had the processor. */
const LONGER = 4;

/**
 * What `work` gives; undefined when it has not ended after so many ms of the processor, or went deeper or grew larger
 * than the engine allows. It is stopped wherever it is, in a regular expression too: V8's own watchdog does that. As
 * the watchdog goes by the clock, work that was hardly let to run is done again, once and with more time. Only for work
 * that waits for nothing and changes nothing; not to be nested.
 * @throws what `work` throws, a RangeError aside.
 */
export function within<T>(ms: number, work: () => T): { readonly value: T } | undefined {
  const before = process.cpuUsage();
  const first = attempt(ms, work);
  if (first !== 'late') return first;
  const { user, system } = process.cpuUsage(before);
  const second = (user + system) / 1_000 < ms / 2 ? attempt(ms * LONGER, work) : 'late';
  return second === 'late' ? undefined : second;
}

function attempt<T>(ms: number, work: () => T): { readonly value: T } | 'late' | undefined {
  const holder = globalThis as { [NAME]?: () => T };
  holder[NAME] = work;
  try {
    return { value: call.runInThisContext({ timeout: Math.max(1, Math.ceil(ms)) }) as T };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return 'late';
    if (error instanceof RangeError) return undefined;
    throw error;
  } finally {
    delete holder[NAME];
  }
}
