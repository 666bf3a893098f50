import type { Environment } from '../config/environment.ts';
import type { Activities, LockActivities } from './contract.ts';
import { Enumerations } from './enumeration.ts';
import type { Fleets } from './fleets.ts';
import { awaitGates } from './gates.ts';
import { findFormer } from './former-lock.ts';
import { watchHolder } from './lock.ts';
import { movePointer } from './pointer.ts';
import { preflight } from './preflight.ts';
import { prepare } from './prepare.ts';
import { giveBack, requestFleet } from './request-fleet.ts';
import { survey } from './survey.ts';
import { notify, postStatus } from './tell.ts';
import { touchedBy } from './touched.ts';
import { takeTurn } from './turn.ts';
import { verifyFleet } from './verify.ts';
import { rollWave } from './wave/wave.ts';

/** All activities of a worker, over its fleets. `uiUrl` is where people reach Temporal UI, for links. */
export function createActivities(
  fleets: Fleets,
  env: Environment,
  uiUrl?: string,
): Activities & LockActivities {
  const enumerations = new Enumerations();
  return {
    prepare: prepare(fleets),
    awaitGates: awaitGates(fleets),
    requestFleet: requestFleet(fleets),
    takeTurn: takeTurn(fleets),
    giveBack: giveBack(),
    preflight: preflight(fleets),
    survey: survey(fleets, enumerations),
    rollWave: rollWave(fleets),
    verifyFleet: verifyFleet(fleets, enumerations),
    movePointer: movePointer(fleets),
    postStatus: postStatus(fleets, uiUrl),
    notify: notify(fleets, env, uiUrl),
    touchedBy: touchedBy(),
    watchHolder: watchHolder(fleets),
    findFormer: findFormer(),
  };
}
