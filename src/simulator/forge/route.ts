import type { Answer } from '../exchange.ts';
import type { Place } from '../faults/schema.ts';
import type { Access } from './access.ts';

/** What a call asks a forge for: the place of its faults, the token it needs, and the honest answer. */
export interface ForgeRoute {
  readonly where: Place;
  readonly access: Access;
  readonly answer: (body: string) => Answer;
}
