/**
 * What all workflows of a worker share. Whatever is imported here is loaded once, and frozen; everything else each
 * workflow loads for itself. Schemas are the heaviest part of a workflow, so it takes 110 kB and 1.5 ms with
 * this, and 1,000 kB and 13 ms without: a worker of a hundred fleets, or of a thousand deploys at their gates, has room
 * for all of them (`npm run bench -- workflow`).
 *
 * Only what keeps nothing of any workflow, and asks neither clock nor chance while it loads, may stand here; and no
 * schema within reach: an exported one would be frozen, and does not work then (`Message` hides its own).
 */
import '../rollout/lock/carry.ts';
import '../rollout/lock/messages.ts';
import '../rollout/messages.ts';
import './state.ts';
