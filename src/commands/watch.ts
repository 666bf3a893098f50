import { connect } from '../client/connect.ts';
import { follow } from '../progress/follow.ts';
import { say } from '../progress/say.ts';
import { loadFleet, type CommandContext, type GlobalOptions } from './context.ts';
import { finish } from './deploy.ts';
import { targetOf } from './steer.ts';

/** Shows a running deploy until it ends, halts, or Ctrl-C; never changes anything. */
export async function run(
  options: GlobalOptions & { readonly sha?: string },
  context: CommandContext,
): Promise<number> {
  const { fleet } = loadFleet(options, context);
  const access = await connect(context.env);
  try {
    const end = await follow(access, await targetOf(access, fleet.name, options), context, options);
    if (end.kind === 'ended') finish(context, options, end.result);
    if (end.kind === 'halted' && options.json === true)
      context.stdout(`${JSON.stringify({ outcome: 'halted', ...end.status })}\n`);
    if (end.kind === 'lost' || end.kind === 'no-worker') say(context, options, end.text);
    return 0;
  } finally {
    await access.close();
  }
}
