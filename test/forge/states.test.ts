import { expect, test } from 'vitest';
import { checkRunState, statusState } from '../../src/forge/states.ts';

test.each([
  ['success', 'Successful in 3m', 'success'],
  ['SUCCESS', '', 'success'],
  ['success', 'Has been skipped', 'skipped'],
  ['success', ' has been skipped. ', 'skipped'],
  ['failure', 'Has been cancelled', 'cancelled'],
  ['failure', 'Has been canceled', 'cancelled'],
  ['success', 'Has been cancelled', 'cancelled'],
  ['canceled', '', 'cancelled'],
  ['skipped', '', 'skipped'],
  ['success', 'The step "x" has been skipped by hand', 'success'],
  ['pending', 'Waiting to run', 'pending'],
  ['warning', '', 'warning'],
  ['neutral', '', 'unknown'],
  ['', '', 'unknown'],
  ['constructor', '', 'unknown'],
])('I-06: a status %s with description %j is %s', (state, description, expected) => {
  expect(statusState(state, description)).toBe(expected);
});

test.each([
  ['completed', 'success', 'success'],
  ['completed', 'failure', 'failure'],
  ['completed', 'timed_out', 'failure'],
  ['completed', 'startup_failure', 'failure'],
  ['completed', 'cancelled', 'cancelled'],
  ['completed', 'skipped', 'skipped'],
  ['completed', 'neutral', 'unknown'],
  ['completed', 'action_required', 'unknown'],
  ['completed', 'stale', 'unknown'],
  ['completed', null, 'unknown'],
  ['completed', 'toString', 'unknown'],
  ['queued', null, 'pending'],
  ['in_progress', 'success', 'pending'],
  ['waiting', null, 'pending'],
  ['something new', 'success', 'unknown'],
])('I-06: a check run %s with conclusion %s is %s', (status, conclusion, expected) => {
  expect(checkRunState(status, conclusion)).toBe(expected);
});
