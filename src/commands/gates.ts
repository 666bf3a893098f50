import Table from 'cli-table3';
import { clean } from '../progress/say.ts';
import { judgeGates, verdictOf } from '../rollout/gates.ts';
import { oneLine } from '../safety/neutralise.ts';
import { loadFleet, shaOf, type CommandContext, type GlobalOptions } from './context.ts';
import { forgeOf } from './forge.ts';

/** Prints each required context and its state, once. Exit 0 when all are green, 1 when not. */
export async function run(
  options: GlobalOptions & { readonly sha?: string },
  context: CommandContext,
): Promise<number> {
  const { fleet } = loadFleet(options, context);
  const sha = shaOf(options, context);
  const gates = judgeGates(await forgeOf(fleet, context).statuses(sha), fleet.file.gates.required);
  const verdict = verdictOf(gates);
  if (options.json === true) context.stdout(`${JSON.stringify({ sha, verdict, gates })}\n`);
  else {
    const table = new Table({
      head: ['state', 'context', 'reported', 'description'],
      style: { head: [], border: [] },
    });
    for (const gate of gates)
      table.push([gate.state, gate.context, gate.reported, oneLine(gate.description, 60)]);
    context.stdout(
      `${clean(context, table.toString())}\n${verdict === 'green' ? 'all green' : verdict === 'refused' ? 'refused: a re-run must turn it green' : 'not green yet'}\n`,
    );
  }
  return verdict === 'green' ? 0 : 1;
}
