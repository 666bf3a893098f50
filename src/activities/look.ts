import type { FleetFile } from '../config/schema.ts';
import { sameSha } from '../rollout/sha.ts';
import type { Answer } from '../rollout/tenants.ts';
import { sweep } from '../tenants/sweep.ts';
import type { Pulse } from './pulse.ts';

/** Asks tenants what they run, concurrently within the fleet's limit; every slug gets an answer, if only `unreachable`. */
export async function askAll(file: FleetFile, slugs: readonly string[]): Promise<Map<string, Answer>> {
  const answers = new Map<string, Answer>();
  await sweep({
    slugs,
    urlTemplate: file.tenants.buildinfoUrl,
    concurrency: file.verify.concurrency,
    timeoutMs: file.verify.timeout,
    onProgress: ({ slug, answer }) => answers.set(slug, answer),
  });
  return answers;
}

/** The first look again comes soon, later ones at the configured interval: most tenants settle in seconds. */
const FIRST_PAUSE_MS = 200;

/**
 * Asks tenants until each answers the release or the settle budget is spent (I-16).
 * Resolves with the last answer of those that did not; looking never sends anything, so a stop does not end it.
 */
export async function settle(
  file: FleetFile,
  target: string,
  slugs: readonly string[],
  budget: { readonly settleMs: number; readonly intervalMs: number },
  pulse: Pulse,
  onLook: (left: readonly string[]) => void = () => undefined,
): Promise<Map<string, Answer>> {
  const until = performance.now() + budget.settleMs;
  let left: readonly string[] = slugs;
  let last = new Map<string, Answer>();
  for (let pause = FIRST_PAUSE_MS; left.length > 0; pause = Math.min(pause * 2, budget.intervalMs)) {
    const answers = await askAll(file, left);
    left = left.filter((slug) => !isOn(target, answers.get(slug)));
    last = new Map(left.map((slug) => [slug, answers.get(slug) as Answer]));
    onLook(left);
    const remaining = until - performance.now();
    if (left.length === 0 || remaining <= 0) break;
    await new Promise((resolve) => setTimeout(resolve, Math.min(pause, remaining)));
    pulse.mustLive();
  }
  return last;
}

export function isOn(target: string, answer: Answer | undefined): boolean {
  return answer?.kind === 'sha' && sameSha(answer.sha, target);
}
