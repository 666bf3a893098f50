import type { CommandContext, GlobalOptions } from '../commands/context.ts';
import { formatDuration } from '../rollout/duration.ts';
import type { Gate } from '../rollout/gates.ts';
import type { Outcome } from '../rollout/outcome.ts';
import type { DeployResult, DeployStatus } from '../workflows/status.ts';
import { CiLog, type Severity } from './ci-log.ts';
import type { Renderer } from './renderer.ts';
import type { Snapshot } from './snapshot.ts';
import { StepSummary } from './step-summary.ts';
import { isGreen } from './milestones.ts';
import { placeLine, haltedLines, kindOf, PHASE_TITLES, placeOf, releaseOf } from './words.ts';

/** Waves beyond this many are told in as many steps: a log of ten thousand tenants is read by nobody. */
const WAVE_LINES = 20;

const ENDS: Readonly<Record<Outcome, readonly [Severity, title: string]>> = {
  deployed: ['notice', 'Deployed'],
  superseded: ['notice', 'Superseded'],
  disabled: ['warning', 'Deploys are switched off'],
  dry_run: ['notice', 'Dry run'],
  halted: ['error', 'Deploy halted'],
  rolled_back: ['error', 'Rolled back'],
  failed: ['error', 'Deploy failed'],
};

/**
 * A CI log: a group per phase, a line per change and none per look, annotations for what needs somebody, and at the
 * end a summary of the step. The same on runners of GitHub, Gitea and Forgejo.
 */
export class CiRenderer implements Renderer {
  readonly #log: CiLog;
  readonly #summary: StepSummary;
  readonly #said = new Set<string>();
  readonly #stragglers = new Map<string, string>();
  #gates: readonly Gate[] | undefined;
  #title: string | undefined;

  constructor(context: CommandContext, options: GlobalOptions, namespace: string) {
    this.#log = new CiLog(options.json === true ? context.stderr : context.stdout);
    this.#summary = new StepSummary(context.env, namespace);
  }

  show(snapshot: Snapshot): void {
    const { status, gates, silent, retrying } = snapshot;
    this.#summary.saw(snapshot);
    if (silent !== undefined) return this.trouble(silent);
    this.#said.delete('trouble');
    if (status === undefined) return;
    this.#once(`deploy ${status.workflowId}`, () =>
      this.#log.line(`${kindOf(status)} of ${releaseOf(status)} to ${status.fleet}: ${status.workflowId}`),
    );
    if (status.phase !== 'halted') this.#phase(status);
    if (gates !== undefined) this.#showGates(gates);
    this.#place(snapshot);
    if (retrying !== undefined && status.phase !== 'halted')
      this.#line(`retrying ${retrying.why}`, `trying again (${retrying.activity}): ${retrying.why}`);
    this.#newStragglers(status);
    this.#warnings(status.warnings);
  }

  trouble(text: string): void {
    this.#once('trouble', () => this.#log.annotate('warning', 'No news of the deploy', text));
  }

  halted(status: DeployStatus): void {
    const { halted } = status;
    this.#log.close();
    this.#log.annotate(
      'error',
      'Deploy halted',
      `${releaseOf(status)} on ${status.fleet} was halted by ${halted?.actor ?? 'somebody'}: ${halted?.reason ?? ''}`,
    );
    for (const line of haltedLines(status).slice(1)) this.#log.line(line);
  }

  end(result: DeployResult): void {
    this.#warnings(result.warnings);
    this.#log.close();
    const { outcome, reason, fleet } = result;
    const [severity, title] = ENDS[outcome];
    this.#log.annotate(severity, title, `${releaseOf(result)} on ${fleet}: ${reason}`);
    if (outcome === 'deployed' && result.tenants.quarantined.length > 0)
      this.#log.annotate(
        'warning',
        'Tenants not on the release',
        `quarantined, to be looked after by hand: ${result.tenants.quarantined.join(', ')}`,
      );
    this.#summary.ended(result);
  }

  close(): void {
    this.#log.close();
    const trouble = this.#summary.write();
    if (trouble !== undefined) this.#log.line(trouble);
  }

  #phase(status: DeployStatus): void {
    const { phase, detail, wave, waves, tenants, soakUntil } = status;
    const title = PHASE_TITLES[phase];
    if (this.#title !== title) {
      if (this.#title === PHASE_TITLES.gates && status.audit.some(isGreen))
        this.#log.line(this.#at(status, `all ${status.required.length} gates green`));
      this.#title = title;
      this.#log.group(title);
    }
    if (phase !== 'waves' && phase !== 'soak')
      return this.#line(`phase ${phase} ${phase === 'rolling_back' ? detail : ''}`, this.#at(status, detail));
    const step = waves <= WAVE_LINES ? wave : Math.floor((wave * WAVE_LINES) / waves);
    const left = (soakUntil ?? 0) - Date.now();
    const soak = left < 1_000 ? '' : `; soak ends in ${formatDuration(left)}`;
    this.#line(
      `wave ${step}`,
      this.#at(
        status,
        `${wave} of about ${waves} waves: ${tenants.onRelease.count} of ${tenants.total} tenants on ${status.tag}${soak}`,
      ),
    );
  }

  #showGates(gates: readonly Gate[]): void {
    const before = this.#gates;
    this.#gates = gates;
    const green = gates.filter((gate) => gate.state === 'green');
    const count = `${green.length} of ${gates.length}`;
    if (before === undefined) {
      const rest = gates.filter((gate) => gate.state === 'waiting').map(named);
      this.#log.line(`${count} gates green${rest.length === 0 ? '' : `; waiting for ${rest.join(', ')}`}`);
    }
    for (const gate of gates) {
      const known = before?.find(({ context }) => context === gate.context);
      if (gate.state === 'refused')
        this.#once(`refused ${gate.context}`, () => this.#log.annotate('error', 'Gate refused', named(gate)));
      else if (known !== undefined && known.state !== gate.state)
        this.#log.line(`${gate.state === 'green' ? `green (${count})` : gate.state}: ${gate.context}`);
    }
  }

  #place(snapshot: Snapshot): void {
    const place = placeOf(snapshot);
    if (place === undefined) return;
    this.#line(`place ${place.position} ${place.why}`, placeLine(place, Date.now()));
  }

  #newStragglers(status: DeployStatus): void {
    const fresh = status.stragglers.filter(({ slug, state }) => this.#stragglers.get(slug) !== state);
    if (fresh.length === 0) return;
    for (const { slug, state } of fresh) this.#stragglers.set(slug, state);
    const names = fresh.slice(0, 20).map(({ slug, state }) => `${slug} (${state})`);
    const more = fresh.length > names.length ? ` and ${fresh.length - names.length} more` : '';
    this.#log.annotate('warning', 'Stragglers', `not proven on the release: ${names.join(', ')}${more}`);
  }

  #warnings(warnings: readonly string[]): void {
    for (const warning of warnings)
      if (!warning.startsWith('straggler '))
        this.#once(`warning ${warning}`, () => this.#log.annotate('warning', 'Deploy', warning));
  }

  /** Time since the deploy began, so that somebody who attached late reads the same log. */
  #at({ startedAt }: DeployStatus, text: string): string {
    return `[${formatDuration(Date.now() - startedAt)}] ${text}`;
  }

  #line(key: string, text: string): void {
    this.#once(key, () => this.#log.line(text));
  }

  #once(key: string, say: () => void): void {
    if (this.#said.has(key)) return;
    this.#said.add(key);
    say();
  }
}

function named(gate: Gate): string {
  const description = gate.state === 'refused' && gate.description !== '' ? `: ${gate.description}` : '';
  return `${gate.context} (${gate.reported}${description})`;
}
