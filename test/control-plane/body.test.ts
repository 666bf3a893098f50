import { expect, test } from 'vitest';
import { redeployBody } from '../../src/control-plane/body.ts';

test('the body of the plan speaks of the whole fleet, in the order of the contract', () => {
  const body = redeployBody({
    targetTag: 'staging-2863380',
    canary: 'hongming',
    soakSeconds: 60,
    batchSize: 3,
    maxStragglers: 1,
    dryRun: false,
  });
  expect(JSON.stringify(body)).toBe(
    '{"target_tag":"staging-2863380","canary_slug":"hongming","soak_seconds":60,"batch_size":3,' +
      '"max_stragglers":1,"dry_run":false,"confirm":true}',
  );
});

test('the body of a wave names its tenants and leaves out what was not given', () => {
  const body = redeployBody({
    targetTag: 't',
    slugs: ['a', 'b'],
    soakSeconds: 0,
    batchSize: 2,
    dryRun: false,
  });
  expect(body).toEqual({
    target_tag: 't',
    soak_seconds: 0,
    batch_size: 2,
    dry_run: false,
    confirm: true,
    only_slugs: ['a', 'b'],
  });
});
