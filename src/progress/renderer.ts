import type { CommandContext, GlobalOptions } from '../commands/context.ts';
import type { DeployResult } from '../workflows/status.ts';
import { PlainRenderer } from './plain.ts';
import type { Snapshot } from './snapshot.ts';

/** How progress is shown: one implementation for pipes and CI logs, one for terminals. */
export interface Renderer {
  /** Shows what changed since the last snapshot; silent when nothing did. */
  show(snapshot: Snapshot): void;
  /** Something is wrong between here and the deploy; said once until it is over. */
  trouble(text: string): void;
  end(result: DeployResult): void;
  close(): void;
}

export function createRenderer(context: CommandContext, options: GlobalOptions): Renderer {
  return new PlainRenderer(context, options);
}
