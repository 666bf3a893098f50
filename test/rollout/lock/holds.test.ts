import { describe, expect, it } from 'vitest';
import { holdOn, nextChange } from '../../../src/rollout/lock/holds.ts';
import type { LockState } from '../../../src/rollout/lock/state.ts';
import { grantNext } from '../../../src/rollout/lock/transitions.ts';
import { entry, lockOf } from './entries.ts';

const pin = { tag: 'staging-7', reason: 'bad migration', actor: 'ann', at: 0 };
const freeze = { reason: 'sale', actor: 'bob', at: 0 };
const night = { name: 'night', from: 100, to: 200 };

function lockWith(more: Partial<LockState>): LockState {
  return { ...lockOf(), ...more };
}

describe('A pin', () => {
  it('holds auto deploys of every other tag, urgent ones too, and says who set it and why', () => {
    const why = { why: 'pinned to staging-7 by ann: bad migration' };
    expect(holdOn(lockWith({ pin }), entry(1), 0)).toEqual(why);
    expect(holdOn(lockWith({ pin }), entry(1, { urgent: true }), 0)).toEqual(why);
  });

  it('lets its own tag, manual deploys and rollbacks pass', () => {
    const state = lockWith({ pin });
    expect(holdOn(state, entry(7), 0)).toBeUndefined();
    expect(holdOn(state, entry(1, { kind: 'manual' }), 0)).toBeUndefined();
    expect(holdOn(state, entry(1, { kind: 'rollback' }), 0)).toBeUndefined();
  });
});

describe('A freeze', () => {
  it('holds auto deploys, urgent ones too, until its time', () => {
    const state = lockWith({ freeze: { ...freeze, until: 50 } });
    expect(holdOn(state, entry(1, { urgent: true }), 49)).toEqual({ why: 'frozen by bob: sale', until: 50 });
    expect(holdOn(state, entry(1), 50)).toBeUndefined();
  });

  it('without a time holds until somebody lifts it', () => {
    expect(holdOn(lockWith({ freeze }), entry(1), 1e15)).toEqual({ why: 'frozen by bob: sale' });
    expect(nextChange(lockWith({ freeze }), 0)).toBeUndefined();
  });
});

describe('A freeze window', () => {
  it('holds auto deploys while it lasts, and urgent ones never', () => {
    const state = lockWith({ closures: [night] });
    expect(holdOn(state, entry(1), 99)).toBeUndefined();
    expect(holdOn(state, entry(1), 100)).toEqual({ why: 'night', until: 200 });
    expect(holdOn(state, entry(1, { urgent: true }), 150)).toBeUndefined();
    expect(holdOn(state, entry(1), 200)).toBeUndefined();
  });

  it('that adjoins or overlaps the next one ends when that does', () => {
    const closures = [night, { name: 'weekend', from: 190, to: 400 }, { name: 'monday', from: 400, to: 450 }];
    expect(holdOn(lockWith({ closures }), entry(1), 150)).toEqual({ why: 'night', until: 450 });
  });

  it('is looked at again when one begins or ends', () => {
    const state = lockWith({ closures: [night], freeze: { ...freeze, until: 150 } });
    expect([0, 100, 150, 200].map((now) => nextChange(state, now))).toEqual([100, 150, 200, undefined]);
  });
});

describe('Whoever is held', () => {
  it('does not hold up those behind it', () => {
    const state = { ...lockOf(entry(1), entry(2, { kind: 'manual' })), freeze };
    expect(grantNext(state, 10)?.holder.tag).toBe('staging-2');
  });

  it('keeps its place for when the hold is over', () => {
    const state = { ...lockOf(entry(1), entry(2)), freeze: { ...freeze, until: 50 } };
    expect(grantNext(state, 49)).toBeUndefined();
    expect(grantNext(state, 50)?.holder.tag).toBe('staging-1');
  });
});
