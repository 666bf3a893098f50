/** State of a status row, normalised over forges. */
export type GateRowState =
  'success' | 'pending' | 'failure' | 'error' | 'cancelled' | 'skipped' | 'warning' | 'unknown';

export interface GateRow {
  readonly id: number;
  readonly context: string;
  readonly state: GateRowState;
  readonly description: string;
  readonly url: string;
}

export type GateState = 'green' | 'waiting' | 'refused';

/** One required context and where it stands. `row` is missing while nobody has reported it. */
export interface Gate {
  readonly context: string;
  readonly state: GateState;
  readonly reported: GateRowState | 'missing';
  readonly description: string;
  readonly url: string;
}

const TERMINAL: ReadonlySet<GateRowState> = new Set(['failure', 'error', 'cancelled', 'skipped']);

/** The current row of each context: the one with the highest id, whatever the order they came in (I-05). */
export function currentRows(rows: Iterable<GateRow>): Map<string, GateRow> {
  const current = new Map<string, GateRow>();
  for (const row of rows) {
    const known = current.get(row.context);
    if (known === undefined || row.id > known.id) current.set(row.context, row);
  }
  return current;
}

/**
 * Where each required context stands (contracts: gate states). Only `success` is green; a failed, cancelled or
 * skipped one is terminal (I-06); pending, missing and unknown wait.
 */
export function judgeGates(rows: Iterable<GateRow>, required: readonly string[]): Gate[] {
  const current = currentRows(rows);
  return required.map((context) => {
    const row = current.get(context);
    if (row === undefined)
      return { context, state: 'waiting', reported: 'missing', description: '', url: '' };
    const { state, description, url } = row;
    return { context, state: gateState(state), reported: state, description, url };
  });
}

function gateState(state: GateRowState): GateState {
  if (state === 'success') return 'green';
  return TERMINAL.has(state) ? 'refused' : 'waiting';
}

/** The worst of all gates decides; no gates at all are never green (I-08). */
export function verdictOf(gates: readonly Gate[]): GateState {
  if (gates.length === 0) return 'refused';
  if (gates.some((gate) => gate.state === 'refused')) return 'refused';
  return gates.every((gate) => gate.state === 'green') ? 'green' : 'waiting';
}

/** `CI / a (push) (pending), CI / b (push) (missing)`: what a wait is waiting for, or what refused it. */
export function nameGates(gates: readonly Gate[], state: Exclude<GateState, 'green'>): string {
  return gates
    .filter((gate) => gate.state === state)
    .map((gate) => {
      const details = [gate.reported, gate.description, gate.url].filter((part) => part !== '');
      return `${gate.context} (${details.join('; ')})`;
    })
    .join(', ');
}
