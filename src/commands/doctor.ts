import Table from 'cli-table3';
import { diagnose, type Diagnosis, type State } from '../doctor/index.ts';
import { clean } from '../progress/say.ts';
import { forTerminal } from '../safety/neutralise.ts';
import { loadFleet, type CommandContext, type GlobalOptions } from './context.ts';

const WORDS: Readonly<Record<State, string>> = {
  ok: 'ok',
  warn: 'warning',
  fail: 'FAILED',
  unknown: 'NOT SEEN',
};
const NARROW = 100;
const WIDE = 160;

/** Everything a deploy needs, checked without side effects. Exit 0 when all of it was seen to be there, else 1. */
export async function run(options: GlobalOptions, context: CommandContext): Promise<number> {
  const { fleet } = loadFleet(options, context);
  const diagnosis = await diagnose(fleet, context.env);
  if (options.json === true) context.stdout(`${JSON.stringify(diagnosis)}\n`);
  else
    context.stdout(
      `${clean(context, tableOf(diagnosis, context.terminal?.columns))}\n${verdictOf(diagnosis)}\n`,
    );
  return diagnosis.ok ? 0 : 1;
}

function tableOf({ checks }: Diagnosis, columns: number | undefined): string {
  const width = Math.min(Math.max(columns ?? WIDE, NARROW), WIDE);
  // Borders and the first two columns take 36; the rest is shared.
  const room = width - 36;
  const table = new Table({
    head: ['check', 'state', 'found', 'remedy'],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
    colWidths: [20, 10, Math.ceil(room / 2), Math.floor(room / 2)],
    wordWrap: true,
  });
  for (const { check, state, found, remedy } of checks)
    table.push([check, WORDS[state], forTerminal(found), remedy === '' ? '–' : forTerminal(remedy)]);
  return table.toString();
}

function verdictOf({ fleet, ok, checks }: Diagnosis): string {
  const count = (state: State): number => checks.filter((check) => check.state === state).length;
  if (ok) {
    const warnings = count('warn');
    return warnings === 0
      ? `${fleet} is ready to deploy`
      : `${fleet} is ready to deploy; ${warnings} ${warnings === 1 ? 'thing' : 'things'} could be better`;
  }
  return `${fleet} is not ready: ${count('fail')} failed, ${count('unknown')} could not be looked at from here`;
}
