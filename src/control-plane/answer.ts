import type { ReportedHealth } from '../rollout/tenants.ts';
import type { RedeployAnswer } from './schemas.ts';

/** What the control plane says of one tenant. A report, not a proof: `/buildinfo` proves (I-14). */
export interface TenantReport {
  readonly slug: string;
  readonly health: ReportedHealth;
  /** `verified_on_target`; an old server does not say. */
  readonly claimed: 'on-target' | 'not' | 'unknown';
  readonly exitCode?: number;
  readonly phase?: string;
}

/** Why nobody knows what a call did. `unreachable`: it certainly did nothing. */
export type Doubt =
  'status' | 'unreachable' | 'timeout' | 'connection-lost' | 'too-large' | 'unreadable' | 'duplicate-results';

/**
 * How a redeploy call ended.
 * `answered`: reports on the tenants that were asked for; `missing` were left out (I-13).
 * `doubt`: it may have had its effect or not (`sent: false`: certainly not), so the tenants are asked before
 * anything is sent again (I-10); `transient` says whether another try makes sense (I-11).
 * `refused`: the control plane will not do it, and trying again will not help.
 */
export type CallAnswer =
  | {
      readonly kind: 'answered';
      readonly ok: boolean;
      readonly results: readonly TenantReport[];
      readonly missing: readonly string[];
      /** Results for tenants that were not asked for: counted, and not believed. */
      readonly ignored: number;
    }
  | {
      readonly kind: 'doubt';
      readonly why: Doubt;
      readonly sent: boolean;
      readonly transient: boolean;
      readonly status?: number;
      /** How long the control plane asked to wait, in ms. */
      readonly retryAfterMs?: number;
    }
  | { readonly kind: 'refused'; readonly status: number };

/** Words of the contract; another text in this place could be anything, a secret too (I-23). */
const phases = new Set(['canary', 'fleet', 'rollout', 'batch']);

/**
 * Reads a parsed answer for the tenants that were asked for. Two results for one tenant cannot both be right,
 * and nobody knows which is: doubt.
 */
export function readAnswer(answer: RedeployAnswer, asked: readonly string[]): CallAnswer {
  const wanted = new Set(asked);
  const reports = new Map<string, TenantReport>();
  let ignored = 0;
  for (const result of answer.results) {
    const { slug } = result;
    if (!wanted.has(slug)) {
      ignored += 1;
      continue;
    }
    if (reports.has(slug)) {
      return { kind: 'doubt', why: 'duplicate-results', sent: true, transient: false, status: 200 };
    }
    reports.set(slug, reportOf(result));
  }
  const missing = asked.filter((slug) => !reports.has(slug));
  return { kind: 'answered', ok: answer.ok, results: [...reports.values()], missing, ignored };
}

function reportOf(result: RedeployAnswer['results'][number]): TenantReport {
  const { slug, healthz_ok: healthy, verified_on_target: verified, ssm_exit_code: exitCode, phase } = result;
  return {
    slug,
    health: typeof healthy === 'boolean' ? (healthy ? 'ok' : 'unhealthy') : 'unknown',
    claimed: typeof verified === 'boolean' ? (verified ? 'on-target' : 'not') : 'unknown',
    ...(typeof exitCode === 'number' ? { exitCode } : {}),
    ...(typeof phase === 'string' && phases.has(phase) ? { phase } : {}),
  };
}
