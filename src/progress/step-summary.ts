import { appendFileSync } from 'node:fs';
import { text, type Environment } from '../config/environment.ts';
import type { Gate } from '../rollout/gates.ts';
import type { DeployResult, DeployStatus } from '../workflows/status.ts';
import type { Snapshot } from './snapshot.ts';
import { summaryOf } from './summary-text.ts';

/** The summary of a CI step: collects what is seen of a deploy and writes it once, at the end of the command. */
export class StepSummary {
  readonly #env: Environment;
  readonly #namespace: string;
  #status: DeployStatus | undefined;
  #gates: readonly Gate[] = [];
  #result: DeployResult | undefined;

  constructor(env: Environment, namespace: string) {
    this.#env = env;
    this.#namespace = namespace;
  }

  saw({ status, gates }: Snapshot): void {
    this.#status = status ?? this.#status;
    this.#gates = gates ?? this.#gates;
  }

  ended(result: DeployResult): void {
    this.#result = result;
  }

  /** Appends the summary to `GITHUB_STEP_SUMMARY`; says in a line why when it cannot. A summary never fails a step. */
  write(): string | undefined {
    const file = text(this.#env, 'GITHUB_STEP_SUMMARY');
    if (file === undefined) return undefined;
    const summary = summaryOf({
      status: this.#status,
      gates: this.#gates,
      result: this.#result,
      uiUrl: text(this.#env, 'GREENLANE_UI_URL'),
      namespace: this.#namespace,
      now: Date.now(),
    });
    if (summary === undefined) return undefined;
    try {
      appendFileSync(file, `${summary}\n`);
      return undefined;
    } catch {
      return 'The step summary could not be written (GITHUB_STEP_SUMMARY); the deploy is not touched by that.';
    }
  }
}
