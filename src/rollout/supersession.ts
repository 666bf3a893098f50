/** When a newer commit makes a deploy pointless (design: superseded). */
export type SupersedePolicy = 'newest-ready' | 'head' | 'never';

/** How one commit stands to another, by the forge's history. `unknown` supersedes nothing. */
export type Ancestry = 'same' | 'descendant' | 'ancestor' | 'unrelated' | 'unknown';

/**
 * Ancestry of `other` seen from `sha`, from the two counts of the compare API (contracts):
 * `ahead` = commits in other and not in sha, `behind` = commits in sha and not in other.
 */
export function ancestryOf(ahead: number | undefined, behind: number | undefined): Ancestry {
  if (ahead === undefined || behind === undefined) return 'unknown';
  if (ahead === 0 && behind === 0) return 'same';
  if (behind === 0) return 'descendant';
  return ahead === 0 ? 'ancestor' : 'unrelated';
}

export interface SupersessionFacts {
  readonly policy: SupersedePolicy;
  /** SHAs queued for the fleet with green gates, and how each stands to this one. */
  readonly queued: readonly { readonly sha: string; readonly ancestry: Ancestry }[];
  /** SHAs that tenants run now. */
  readonly running: readonly { readonly sha: string; readonly ancestry: Ancestry }[];
  /** Head of the branch; undefined when it could not be read. */
  readonly head?: { readonly sha: string; readonly ancestry: Ancestry };
}

/**
 * The SHA that supersedes this deploy, or undefined. Under every policy a fleet that already runs a descendant is
 * never moved backward (I-01); `never` only switches off what is merely waiting or pushed.
 */
export function supersededBy(facts: SupersessionFacts): string | undefined {
  const newer = (list: readonly { sha: string; ancestry: Ancestry }[]) =>
    list.find((one) => one.ancestry === 'descendant')?.sha;
  const running = newer(facts.running);
  if (running !== undefined || facts.policy === 'never') return running;
  if (facts.policy === 'head' && facts.head?.ancestry === 'descendant') return facts.head.sha;
  return newer(facts.queued);
}
