import type { Activities } from './contract.ts';
import { refusal, unsure } from './failure.ts';
import { RegistryError } from '../registry/client.ts';
import type { Fleets } from './fleets.ts';

/** Moves the fleet's pointer tag to a digest that was verified on every tenant. */
export function movePointer(fleets: Fleets): Activities['movePointer'] {
  return async ({ fleet, digest }) => {
    const { registry, config } = fleets.get(fleet);
    const pointer = config.file.registry?.pointer;
    if (registry === undefined || pointer === undefined)
      throw refusal('Configuration', `fleet ${fleet} has no registry pointer`);
    try {
      await registry.movePointer(pointer, digest);
    } catch (error) {
      if (error instanceof RegistryError)
        throw error.retryable
          ? unsure('PointerNotMoved', error.message)
          : refusal('PointerNotMoved', error.message);
      throw error;
    }
  };
}
