import * as wf from '@temporalio/workflow';
import type { DeploySettings } from '../rollout/request.ts';
import type { Phase } from '../rollout/outcome.ts';
import { actor, words } from '../rollout/words.ts';
import { notify, postStatus } from './activities.ts';
import { deployDetails } from './details.ts';
import { reasonOf } from './failures.ts';
import { searchAttributes } from './search-attributes.ts';
import { beginState, type DeployInput, type DeployState } from './state.ts';
import { statusOf } from './whereabouts.ts';
import type { Asked, InFlight } from './status.ts';

const AUDIT_LENGTH = 200;
/** Most oddities of one deploy in its audit trail: a flood of nonsense must not wash away who did what. */
const MOST_ODDITIES = 20;

type CommitState = 'pending' | 'success' | 'failure' | 'error';

/** One run of a deploy: its state, its audit trail, and what the outside is told of it. */
export class Run {
  readonly input: DeployInput;
  readonly state: DeployState;
  readonly workflowId = wf.workflowInfo().workflowId;
  readonly runId = wf.workflowInfo().firstExecutionRunId;
  inFlight: InFlight | null = null;
  /** What somebody asked for: acted on at the next place where the deploy can stop. */
  asked: Asked | undefined;
  /** Whether the fleet was given back. */
  released = false;
  detail = '';
  #told: Promise<void> = Promise.resolve();
  /** The newest commit status that has not gone out: an older one is not worth a call. */
  #post: { readonly status: CommitState; readonly text: string } | undefined;

  constructor(input: DeployInput) {
    this.input = {
      ...believed(input),
      actor: actor.parse(input.actor),
      ...(input.reason === undefined ? {} : { reason: words(500).parse(input.reason) }),
    };
    this.state = beginState(this.input, Date.now());
  }

  /** @throws Error before `prepare`: nothing reads settings earlier. */
  get settings(): DeploySettings {
    if (this.state.settings === undefined) throw new Error('the deploy has no settings yet');
    return this.state.settings;
  }

  /** What people see: the phase, in words, and what it waits for. */
  enter(phase: Phase, detail: string): void {
    const { state } = this;
    if (state.phase !== phase) {
      state.phase = phase;
      state.phaseSince = Date.now();
      if (this.input.searchAttributes === true)
        wf.upsertSearchAttributes([{ key: searchAttributes.phase, value: phase }]);
    }
    this.say(detail);
  }

  say(detail: string): void {
    this.detail = detail;
    this.show();
  }

  /** Temporal UI's current details, as things stand now. */
  show(): void {
    wf.setCurrentDetails(deployDetails(statusOf(this), Date.now()));
  }

  /** Writes the audit trail. */
  note(what: string, actor = 'greenlane'): void {
    const { audit } = this.state;
    audit.push({ at: Date.now(), actor, what });
    if (audit.length > AUDIT_LENGTH) audit.splice(0, audit.length - AUDIT_LENGTH);
  }

  /** Records what could not be understood or done; more than a few are counted only. */
  odd(what: string, actor = 'signal'): void {
    this.state.oddities += 1;
    if (this.state.oddities <= MOST_ODDITIES) this.note(what, actor);
    if (this.state.oddities === MOST_ODDITIES) this.note('more of that kind is not recorded');
  }

  warn(warning: string): void {
    if (!this.state.warnings.includes(warning) && this.state.warnings.length < 50) {
      this.state.warnings.push(warning);
      this.note(`warning: ${warning}`);
    }
  }

  /** Tells the forge and whoever is to be notified, in order, beside the deploy: failing to tell never fails it. */
  tell(status: CommitState, text: string, event?: string): void {
    const { settings } = this.state;
    if (settings === undefined || settings.dryRun) return;
    const at = Date.now();
    const { fleet, sha, tag } = settings;
    const { workflowId, runId } = this;
    if (sha.length === 40) this.#post = { status, text };
    this.#told = this.#told.then(async () => {
      const jobs: Promise<void>[] = [];
      const post = this.#post;
      this.#post = undefined;
      if (post !== undefined) {
        jobs.push(
          postStatus.executeWithOptions({ summary: `${post.status}: ${post.text}`.slice(0, 200) }, [
            { fleet, sha, state: post.status, description: post.text, workflowId, runId },
          ]),
        );
      }
      if (event !== undefined && settings.notify.includes(event)) {
        jobs.push(
          notify.executeWithOptions({ summary: `${event}` }, [
            {
              fleet,
              event,
              id: `${workflowId}/${runId}/${event}/${at}`,
              sha,
              tag,
              text,
              workflowId,
              runId,
              at,
            },
          ]),
        );
      }
      for (const done of await Promise.allSettled(jobs)) {
        if (done.status === 'rejected')
          this.warn(`could not tell the outside: ${reasonOf(done.reason, event ?? 'commit status')}`);
      }
    });
  }

  /** Resolves when everything told so far has gone out or was given up. */
  async told(): Promise<void> {
    await wf.CancellationScope.nonCancellable(() => this.#told);
  }
}

/**
 * What a run before this one carried over, and nobody else: whoever starts a workflow could hand in a state in which
 * the gates are green and the fleet is held (design: security boundary).
 */
function believed(input: DeployInput): DeployInput {
  const { continuedFromExecutionRunId, cronSchedule, attempt } = wf.workflowInfo();
  if (continuedFromExecutionRunId !== undefined && cronSchedule === undefined && attempt === 1) return input;
  const { carried: _, ...request } = input;
  return request;
}
