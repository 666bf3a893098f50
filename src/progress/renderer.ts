import { inCi } from '../client/identity.ts';
import type { CommandContext, GlobalOptions } from '../commands/context.ts';
import type { DeployResult, DeployStatus } from '../workflows/status.ts';
import { CiRenderer } from './ci.ts';
import { LiveRenderer } from './live.ts';
import { PlainRenderer } from './plain.ts';
import type { Snapshot } from './snapshot.ts';

/** How progress is shown: one implementation for CI logs, one for terminals, one for everything else. */
export interface Renderer {
  /** Shows what changed since the last snapshot; silent when nothing did. */
  show(snapshot: Snapshot): void;
  /** Something is wrong between here and the deploy; said once until it is over. */
  trouble(text: string): void;
  /** The deploy is halted, which ends the command: who and why, what is where, what can be done. */
  halted(status: DeployStatus): void;
  end(result: DeployResult): void;
  close(): void;
}

/** A CI log where a runner reads it, a live view on a terminal, plain lines for pipes, files and `--json`. */
export function createRenderer(context: CommandContext, options: GlobalOptions, namespace: string): Renderer {
  if (inCi(context.env)) return new CiRenderer(context, options, namespace);
  if (context.terminal !== undefined && options.json !== true)
    return new LiveRenderer(context.terminal, context.env);
  return new PlainRenderer(context, options);
}
