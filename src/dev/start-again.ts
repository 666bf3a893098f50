import { ServerStartError } from '../errors.ts';

const MOST_STARTS = 3;

/**
 * What `start` gives, tried three times while what it starts comes up and ends: ports that were free a moment ago,
 * those that a server chooses for itself as well, may be somebody else's by now.
 * @throws what `start` throws at last
 */
export async function startAgain<T>(start: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof ServerStartError) || !error.ended || tries === MOST_STARTS) throw error;
    }
  }
}
