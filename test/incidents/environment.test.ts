import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../../src/config/environment.ts';
import { ConfigurationError } from '../../src/errors.ts';
import { exitCodeOf, OUTCOMES } from '../../src/rollout/outcome.ts';
import { verdictOf } from '../../src/rollout/gates.ts';

const CONTEXTS = 'PROD_AUTO_DEPLOY_REQUIRED_CONTEXTS';

function refusal(env: Record<string, string>): string {
  try {
    readEnvironment(env);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  return 'it was accepted';
}

describe('a variable that means something else than it says', () => {
  it.each([',', ' , ,', '\n,\n'])('I-08: %j as required contexts is a configuration error', (value) => {
    expect(refusal({ [CONTEXTS]: value })).toMatch(/REQUIRED_CONTEXTS.*all of nothing is not green/);
  });

  it('I-08: all of nothing is refused, never green', () => {
    expect(verdictOf([])).toBe('refused');
  });

  it.each([
    'PROD_CP_URL',
    'PROD_AUTO_DEPLOY_DISABLED',
    'PROD_AUTO_DEPLOY_BATCH_SIZE',
    CONTEXTS,
    'GITHUB_SHA',
  ])('I-25: %s as the literal text of an expression is a configuration error that names it', (name) => {
    expect(refusal({ [name]: '${{ env.NAME }}' })).toContain(name);
  });

  it('I-24: only an end that is well, or was wanted, has exit code 0', () => {
    const well = OUTCOMES.filter((outcome) => exitCodeOf(outcome) === 0);
    expect(well).toEqual(['deployed', 'superseded', 'disabled', 'dry_run']);
  });
});
