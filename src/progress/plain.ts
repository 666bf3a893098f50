import type { CommandContext, GlobalOptions } from '../commands/context.ts';
import { formatDuration } from '../rollout/duration.ts';
import type { DeployResult, DeployStatus } from '../workflows/status.ts';
import { isMilestone } from './milestones.ts';
import type { Renderer } from './renderer.ts';
import { say } from './say.ts';
import type { Snapshot } from './snapshot.ts';
import { haltedLines, placeLine, placeOf } from './words.ts';

/** One line per change, never one per look: for pipes, files and CI logs. */
export class PlainRenderer implements Renderer {
  readonly #context: CommandContext;
  readonly #options: GlobalOptions;
  readonly #said = new Map<string, string>();
  /** When the deploy began: times are its own, also for one that was attached to late. */
  #began = Date.now();

  constructor(context: CommandContext, options: GlobalOptions) {
    this.#context = context;
    this.#options = options;
  }

  show(snapshot: Snapshot): void {
    const { status, gates, silent, retrying } = snapshot;
    if (silent !== undefined) return this.trouble(silent);
    this.#said.delete('trouble');
    if (status !== undefined) this.#phase(status);
    for (const gate of gates ?? [])
      this.#change(
        `gate ${gate.context}`,
        gate.reported,
        `  ${gate.state === 'green' ? 'green  ' : gate.state} ${gate.context} (${gate.reported})`,
      );
    const place = placeOf(snapshot);
    if (place !== undefined) {
      this.#change('place', `${place.position} ${place.why}`, `  ${placeLine(place, Date.now())}`);
    }
    if (retrying !== undefined && status?.phase !== 'halted')
      this.#change('retrying', retrying.why, `  trying again (${retrying.activity}): ${retrying.why}`);
    for (const straggler of status?.stragglers ?? [])
      this.#change(
        `straggler ${straggler.slug}`,
        straggler.state,
        `  straggler ${straggler.slug}: ${straggler.state}`,
      );
    for (const warning of status?.warnings ?? [])
      if (!warning.startsWith('straggler ')) this.#change(`warning ${warning}`, '', `  warning: ${warning}`);
  }

  trouble(text: string): void {
    this.#change('trouble', text, `  ${text}`);
  }

  halted(status: DeployStatus): void {
    for (const line of haltedLines(status)) say(this.#context, this.#options, line);
  }

  end(result: DeployResult): void {
    for (const warning of result.warnings)
      if (!warning.startsWith('straggler ')) this.#change(`warning ${warning}`, '', `  warning: ${warning}`);
  }

  close(): void {
    // Nothing is kept open.
  }

  #phase(status: DeployStatus): void {
    const { phase, wave, waves, tenants, tag, detail } = status;
    this.#change(
      'deploy',
      status.workflowId,
      `${status.workflowId} (${tag === '' ? status.sha.slice(0, 7) : tag})`,
    );
    this.#began = status.startedAt;
    for (const entry of status.audit.filter(isMilestone))
      this.#change(`milestone ${entry.what}`, '', `${this.#clock(entry.at)} ${entry.what}`);
    switch (phase) {
      case 'waves':
      case 'soak':
        if (wave > 0)
          this.#change(
            'wave',
            String(wave),
            `${this.#clock()} waves: ${wave} of about ${waves} done, ${tenants.onRelease.count} of ${tenants.total} tenants on ${tag}`,
          );
        return;
      default:
        this.#change('phase', phase, `${this.#clock()} ${phase}: ${detail}`);
    }
  }

  #clock(at = Date.now()): string {
    return `[${formatDuration(at - this.#began).padStart(6)}]`;
  }

  #change(key: string, value: string, line: string): void {
    if (this.#said.get(key) === value) return;
    this.#said.set(key, value);
    say(this.#context, this.#options, line);
  }
}
