import * as wf from '@temporalio/workflow';
import type { DeploySettings } from '../rollout/request.ts';
import type { Phase } from '../rollout/outcome.ts';
import { actor, words } from '../rollout/words.ts';
import { postStatus } from './activities.ts';
import { deployDetails } from './details.ts';
import { reasonOf } from './failures.ts';
import { Notices } from './notices.ts';
import { tellLock } from './lock-signals.ts';
import { haltedSignal } from './messages.ts';
import { searchAttributes } from './search-attributes.ts';
import { beginState, type DeployInput, type DeployState } from './state.ts';
import { statusOf } from './whereabouts.ts';
import type { Asked, Halt, InFlight } from './status.ts';

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
  readonly #notices = new Notices((warning) => this.warn(warning));
  /** What the lock was told of halts, in order. */
  #standing: Promise<void> = Promise.resolve();
  /** The halt that the outside was told of. */
  #halt: Halt | undefined;
  /** The newest commit status that has not gone out: an older one is not worth a call. */
  #post: { readonly status: CommitState; readonly text: string } | undefined;

  constructor(input: DeployInput) {
    this.input = {
      ...believed(input),
      actor: actor().parse(input.actor),
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
      if ([state.phase, phase].includes('halted')) this.#tellLock(phase === 'halted');
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

  /** Tells of the halt it stands under, once: as soon as somebody says it, not when the call that is out is back. */
  tellHalted(): void {
    const { halt, settings } = this.state;
    if (halt === undefined || halt === this.#halt || settings === undefined) return;
    this.#halt = halt;
    this.tell('pending', `halted by ${halt.actor}: ${halt.reason}`, 'halted');
  }

  /** Tells the forge and whoever is to be notified, in order, beside the deploy: failing to tell never fails it. */
  tell(status: CommitState, text: string, event?: string): void {
    const { settings } = this.state;
    if (settings === undefined || settings.dryRun) return;
    if (settings.sha.length === 40) this.#postStatus(settings, status, text);
    if (event !== undefined) this.#notify(settings, event, text);
  }

  #postStatus({ fleet, sha }: DeploySettings, status: CommitState, text: string): void {
    const { workflowId, runId } = this;
    this.#post = { status, text };
    this.#told = this.#told.then(async () => {
      const post = this.#post;
      this.#post = undefined;
      if (post === undefined) return;
      try {
        await postStatus.executeWithOptions({ summary: `${post.status}: ${post.text}`.slice(0, 200) }, [
          { fleet, sha, state: post.status, description: post.text, workflowId, runId },
        ]);
      } catch (error) {
        this.warn(`could not tell the outside: ${reasonOf(error, 'commit status')}`);
      }
    });
  }

  #notify({ fleet, sha, tag, notify }: DeploySettings, event: string, text: string): void {
    const { workflowId, runId } = this;
    const targets = [...new Set(notify.filter(({ on }) => on.includes(event)).map(({ target }) => target))];
    if (targets.length === 0) return;
    const at = Date.now();
    // No time in it: after a task that was lost with its worker, a replay may see another one, and ids are compared.
    const id = `${workflowId}/${runId}/${event}/${wf.uuid4()}`;
    this.#notices.send({ fleet, event, id, sha, tag, text, workflowId, runId, at, targets });
  }

  /** The lock makes no estimate while its holder stands halted. */
  #tellLock(halted: boolean): void {
    const { workflowId, runId, released } = this;
    if (this.state.epoch === undefined || released) return;
    this.#standing = this.#standing.then(
      async () => void (await tellLock(this, haltedSignal, { workflowId, runId, halted })),
    );
  }

  /** Resolves when everything told so far has gone out or was given up. */
  async told(): Promise<void> {
    await wf.CancellationScope.nonCancellable(async () => {
      await Promise.all([this.#told, this.#standing]);
      await this.#notices.arrived();
    });
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
