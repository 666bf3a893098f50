import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/observability/log.ts';
import { Secrets } from '../../src/safety/secrets.ts';

describe('the worker’s log', () => {
  it('says what was thrown, also where Temporal’s SDK calls it `error`, and not the secrets in it', () => {
    const written: string[] = [];
    const log = createLog(new Secrets(['s3cret-token-1']), {}, { write: (line) => written.push(line) });
    log.error({ error: new Error('no answer for s3cret-token-1') }, 'Failed to process Workflow Activation');
    expect(JSON.parse(written[0] as string)).toMatchObject({
      level: 'error',
      error: { type: 'Error', message: expect.stringMatching(/^no answer for (?!s3cret)/) as string },
      msg: 'Failed to process Workflow Activation',
    });
    expect(written.join('')).not.toContain('s3cret-token-1');
  });
});
