import { text } from '../config/environment.ts';
import { request } from '../http/client.ts';
import { createRegistry, RegistryError } from '../registry/client.ts';
import { tagOf } from '../rollout/tag.ts';
import { fact, SOURCES, type Facts } from './facts.ts';
import { fail, ok, unknown, warn, type Check, type Finding } from './check.ts';

/** A `Date` header knows whole seconds, and its answer is some time under way. */
const SMALL_SKEW_MS = 5_000;
const GREAT_SKEW_MS = 60_000;
const ANSWER_MS = 3_000;

/** The image registry, and whether this machine's clock agrees with the others. */
export function surroundingChecks(facts: Facts): Check[] {
  return [
    { name: 'registry', look: async () => registry(facts) },
    { name: 'clock', look: async () => clock(facts) },
  ];
}

/** The branch's head must have its image: that is what the next deploy looks up before the canary (I-20). */
async function registry(facts: Facts): Promise<Finding> {
  const { registry: configured, rollout } = facts.fleet.file;
  if (configured === undefined)
    return warn(
      'none is configured',
      'an image that is not there yet is noticed by the canary only (I-20): configure `registry`',
    );
  for (const variable of [configured.username, configured.password])
    if (variable !== undefined && text(facts.env, variable) === undefined)
      return unknown(
        `${variable} is not set here`,
        'the worker does not start without it; run doctor where it is set',
      );
  const tag = tagOf(rollout.tag, await fact(SOURCES.head, facts.head));
  const [username, password] = [configured.username, configured.password].map((name) =>
    name === undefined ? undefined : text(facts.env, name),
  );
  const image = createRegistry({
    url: configured.url,
    image: configured.image,
    ...(username === undefined || password === undefined ? {} : { credentials: { username, password } }),
  });
  try {
    const digest = await image.resolve(tag, { signal: facts.signal });
    return ok(`${configured.image}:${tag} is ${digest.slice(0, 19)}`);
  } catch (error) {
    if (error instanceof RegistryError && error.kind === 'not-there')
      return warn(
        `${configured.image}:${tag} of the branch’s head is not there`,
        'right while CI still builds it; else look at the job that pushes images',
      );
    throw error;
  }
}

/** Compares clocks by the `Date` of any answer: of the forge without a token, so that nothing but the time is asked. */
async function clock({ fleet, signal }: Facts): Promise<Finding> {
  const url = fleet.file.forge.url;
  const began = Date.now();
  const { headers } = await request({
    method: 'GET',
    url,
    timeoutMs: ANSWER_MS,
    signal,
    maxBytes: 4 * 1024 * 1024,
  });
  const ended = Date.now();
  const theirs = Date.parse(headers['date'] ?? '');
  if (Number.isNaN(theirs))
    return unknown('the forge does not say what time it is', 'compare by hand: date -u');
  // Their second began at some moment between question and answer: only what is outside of that is a difference.
  const behind = Math.max(0, theirs - ended);
  const ahead = Math.max(0, began - (theirs + 999));
  const skewMs = Math.max(behind, ahead);
  const found = `this machine’s clock is ${Math.round(skewMs / 1000)} s ${behind > 0 ? 'behind' : 'ahead of'} the forge’s`;
  if (skewMs <= SMALL_SKEW_MS) return ok('agrees with the forge’s');
  return skewMs <= GREAT_SKEW_MS
    ? warn(found, 'times in the audit trail are off by that: timedatectl set-ntp true')
    : fail(found, 'webhook receivers refuse signatures that are off by minutes: timedatectl set-ntp true');
}
