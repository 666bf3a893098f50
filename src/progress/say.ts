import type { CommandContext, GlobalOptions } from '../commands/context.ts';
import { inCi } from '../client/identity.ts';
import { forCiLog, forTerminal } from '../safety/neutralise.ts';

/**
 * One line for people: on stdout, or on stderr where stdout is for machines (`--json`). Whatever came from outside
 * can command neither a CI log nor a terminal.
 */
export function say(context: CommandContext, options: Pick<GlobalOptions, 'json'>, text: string): void {
  const line = `${clean(context, text)}\n`;
  if (options.json === true) context.stderr(line);
  else context.stdout(line);
}

/** Text for this place, line by line; our own indentation and columns stay as they are. */
export function clean(context: Pick<CommandContext, 'env'>, text: string): string {
  const neutralise = inCi(context.env) ? forCiLog : forTerminal;
  return text
    .split('\n')
    .map((line) =>
      line
        .split(/( {2,})/)
        .map((part) => (/^ *$/.test(part) ? part : neutralise(part)))
        .join(''),
    )
    .join('\n');
}
