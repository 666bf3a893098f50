import { Context } from '@temporalio/activity';
import { ForgeError } from '../forge/index.ts';
import { judgeGates, nameGates, verdictOf, type Gate } from '../rollout/gates.ts';
import { oneLine } from '../safety/neutralise.ts';
import type { Activities } from './contract.ts';
import { notYet, refusal } from './failure.ts';
import type { Fleets } from './fleets.ts';

/** Looks that find the commit or the right missing are believed after this many. */
const PATIENT_LOOKS = 5;

/** One look at the gates. Green ends it, a refused one ends the deploy at once, everything else is looked at again. */
export function awaitGates(fleets: Fleets): Activities['awaitGates'] {
  return async ({ fleet, sha, required, pollMs }) => {
    const forge = fleets.get(fleet).forge;
    let rows;
    try {
      rows = await forge.statuses(sha);
    } catch (error) {
      if (!(error instanceof ForgeError)) throw error;
      const message = `the statuses of ${sha.slice(0, 7)} cannot be read: ${error.message}`;
      if (!error.retryable && Context.current().info.attempt >= PATIENT_LOOKS)
        throw refusal('GatesUnreadable', message);
      throw notYet('GatesUnreadable', message, Math.max(pollMs, error.retryAfterMs ?? 0));
    }
    const gates = judgeGates(rows, required).map(shortGate);
    switch (verdictOf(gates)) {
      case 'green':
        return gates;
      case 'refused':
        throw refusal('GateRefused', `refused by ${nameGates(gates, 'refused')}`, [gates]);
      case 'waiting':
        throw notYet('GatesWaiting', `still waiting for ${nameGates(gates, 'waiting')}`, pollMs, [gates]);
    }
  };
}

/** A gate whose words from outside are one short line each. */
export function shortGate(gate: Gate): Gate {
  return { ...gate, description: oneLine(gate.description, 140), url: oneLine(gate.url, 200) };
}
