import picomatch from 'picomatch';
import type { Forge } from '../forge/index.ts';
import { AREAS, type Area, type SopConfig } from './config.ts';
import { judgeEvidence, type Evidence, type EvidenceSetting } from './evidence.ts';
import { judgeFindings, type ReviewFinding } from './findings.ts';
import { judgeReviews, type ReviewVerdict, type Reviewers } from './reviews.ts';

/** What of a forge the checks need. */
export type SopForge = Pick<
  Forge,
  'pullRequest' | 'reviews' | 'remarks' | 'changedFiles' | 'teamMembers' | 'postStatus'
>;

export interface SopReport {
  /** Undefined for a body that was checked by itself. */
  readonly pullRequest: number | undefined;
  readonly headSha: string | undefined;
  /** Files that make it a change to production CI/CD; empty: it is none, and nothing else was asked. */
  readonly touched: readonly string[];
  readonly evidence: readonly Evidence[];
  readonly reviews: ReviewVerdict | undefined;
  readonly findings: readonly ReviewFinding[];
}

/** Whether nothing is missing. */
export function passes({ evidence, reviews, findings }: SopReport): boolean {
  const reviewed =
    reviews === undefined || (reviews.areas.every(({ ok }) => ok) && reviews.blocking.length === 0);
  return evidence.every(({ ok }) => ok) && reviewed && findings.every(({ closed }) => closed);
}

/** Checks a text as the body of a pull request that touches production CI/CD. */
export function checkBody(body: string, setting: EvidenceSetting): SopReport {
  return {
    pullRequest: undefined,
    headSha: undefined,
    touched: [],
    evidence: judgeEvidence(body, setting),
    reviews: undefined,
    findings: [],
  };
}

/**
 * Checks a pull request against the SOP (runbooks/sop-production-cicd.md): evidence in its body, approvals, findings.
 * Throws what the forge throws: not knowing is not passing.
 */
export async function checkPullRequest(
  number: number,
  forge: SopForge,
  config: SopConfig,
  setting: EvidenceSetting,
): Promise<SopReport> {
  const [pull, files] = await Promise.all([forge.pullRequest(number), forge.changedFiles(number)]);
  const matches = picomatch([...config.paths], { dot: true });
  const touched = files.filter((file) => matches(file));
  const base = { pullRequest: number, headSha: pull.headSha, touched };
  if (touched.length === 0) return { ...base, evidence: [], reviews: undefined, findings: [] };
  const [reviews, remarks, reviewers] = await Promise.all([
    forge.reviews(number),
    forge.remarks(number),
    reviewersOf(forge, config),
  ]);
  const said = [...reviews.filter(({ dismissed }) => !dismissed), ...remarks].map(({ user, body }) => ({
    user,
    body,
  }));
  return {
    ...base,
    evidence: judgeEvidence(pull.body, setting),
    reviews: judgeReviews(pull, reviews, reviewers),
    findings: judgeFindings(said, pull.body),
  };
}

async function reviewersOf(forge: SopForge, config: SopConfig): Promise<Reviewers> {
  const lists = await Promise.all(
    AREAS.map(async (area): Promise<[Area, string[]]> => {
      const { teams, users } = config.reviewers[area];
      const members = await Promise.all(teams.map((team) => forge.teamMembers(team)));
      return [area, [...new Set([...users, ...members.flat()])]];
    }),
  );
  return Object.fromEntries(lists) as Record<Area, string[]>;
}
