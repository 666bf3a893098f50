import { describe, expect, it } from 'vitest';
import type { LedgerEntry, LockState } from '../../../src/rollout/lock/state.ts';
import { grantNext, holderClosed, release } from '../../../src/rollout/lock/transitions.ts';
import { unfinished } from '../../../src/rollout/lock/unfinished.ts';
import { entry, lockOf } from './entries.ts';

type How = Partial<LedgerEntry> & Pick<LedgerEntry, 'outcome'>;

/** The same lock, when the next one has the fleet. */
function held(state: LockState) {
  const granted = grantNext(state, 0);
  if (granted === undefined) throw new Error('nobody waits');
  return granted;
}

/** A lock whose fleet these deploys had one after another, as they ended. */
function after(...ends: readonly How[]): LockState {
  return ends.reduce(
    (before, end, index) => {
      const { workflowId, runId } = entry(index + 1);
      return release(held(before).state, { workflowId, runId, reason: '', ...end }, 1_000 * (index + 1));
    },
    lockOf(...ends.map((_, index) => entry(index + 1))),
  );
}

const deployed: How = { outcome: 'deployed', tenants: 7, onTarget: 7, touched: true };

describe('A fleet that nobody holds', () => {
  it('is between two releases where the last one that called tenants did not reach all, and says how to go on', () => {
    const left = unfinished(after(deployed, { outcome: 'halted', tenants: 7, onTarget: 3, touched: true }));
    expect(left).toMatchObject({
      entry: { tag: 'staging-2' },
      left: '3 of 7 tenants are proven on it',
      next: [
        `greenlane retry --sha ${entry(2).sha} --reason R`,
        `greenlane rollback --sha ${entry(2).sha} --reason R`,
      ],
    });
  });

  it('is still between the two when later deploys called nobody', () => {
    const state = after(
      { outcome: 'failed', tenants: 7, onTarget: 0, touched: true },
      { outcome: 'failed', tenants: 7, onTarget: 0, touched: false },
      { outcome: 'disabled' },
      { outcome: 'superseded', tenants: 0, touched: false },
    );
    expect(unfinished(state)).toMatchObject({ entry: { tag: 'staging-1' } });
  });

  it.each<[string, How]>([
    ['reached everybody', deployed],
    ['took everybody back', { outcome: 'rolled_back', tenants: 7, onTarget: 0, back: 4, touched: true }],
    ['was superseded with nobody left', { outcome: 'superseded', tenants: 7, onTarget: 7, touched: true }],
  ])('is whole where the last one %s', (_, end) => {
    expect(
      unfinished(after({ outcome: 'halted', tenants: 7, onTarget: 3, touched: true }, end)),
    ).toBeUndefined();
  });

  it('is whole before its first release, and nobody is told anything while a deploy acts', () => {
    expect(unfinished(lockOf())).toBeUndefined();
    const halted = after({ outcome: 'halted', tenants: 7, onTarget: 3, touched: true });
    const { holder } = held(lockOf(entry(9)));
    expect(unfinished({ ...halted, holder })).toBeUndefined();
  });

  it('is unknown after a deploy that was terminated, and after one that did not come all the way back', () => {
    const { state: before, holder } = held(lockOf(entry(1)));
    const state = holderClosed(before, holder, 'terminated', 5);
    expect(unfinished(state)).toMatchObject({
      left: 'it is not known which tenants run it',
      next: [`greenlane deploy --sha ${entry(1).sha}`, 'greenlane rollback --to TAG --reason R'],
    });
    const back: How = { outcome: 'failed', tenants: 7, onTarget: 7, back: 2, touched: true };
    expect(unfinished(after(back))?.left).toBe('2 tenants are proven back on what they ran before');
  });

  it('is told by the counts of entries from before they said whether anybody was called', () => {
    expect(unfinished(after({ outcome: 'superseded', tenants: 7, onTarget: 0 }))).toBeUndefined();
    expect(unfinished(after({ outcome: 'failed', tenants: 0, onTarget: 0 }))).toBeUndefined();
    expect(unfinished(after({ outcome: 'failed', tenants: 7, onTarget: 0 }))).toBeDefined();
  });
});
