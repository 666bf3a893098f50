import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ConfigurationError } from '../../src/errors.ts';
import { HttpFailure } from '../../src/http/failure.ts';
import type { NotifyEvent, NotifyTarget } from '../../src/notify/index.ts';
import { isSignedBy, NotifyError, send } from '../../src/notify/index.ts';
import { slackMessage } from '../../src/notify/slack.ts';
import { webhookMessage } from '../../src/notify/webhook.ts';
import { startSimulator } from '../../src/simulator/index.ts';
import { failure, json, nobody, serve } from '../http/loopback.ts';

const event: NotifyEvent = {
  id: 'deploy/production/f09b5c9/run-1/halted/1',
  event: 'halted',
  fleet: 'production',
  sha: 'f09b5c9208a2d159b85b4001eeab6cbb26395375',
  tag: 'staging-f09b5c9',
  text: 'Halted by ada after wave 2 of 12: CI / Platform (Go) (push) looks wrong.',
  workflowId: 'deploy/production/f09b5c9208a2d159b85b4001eeab6cbb26395375',
  runId: 'run-1',
  at: Date.parse('2026-11-21T12:00:00Z'),
  link: 'https://temporal.example/namespaces/default/workflows/x',
};
const secret = 'hunter22-key';

async function hooks() {
  const sim = await startSimulator({ tenants: 2 });
  onTestFinished(sim.close);
  const webhook: NotifyTarget = { kind: 'webhook', url: `${sim.hooks.url}/T0/hunter22`, secret };
  const slack: NotifyTarget = { kind: 'slack', url: `${sim.hooks.url}/T0/hunter22` };
  return { sim, webhook, slack };
}

describe('a webhook', () => {
  test('gets the event as JSON, with its id, signed over time and body', async () => {
    const { sim, webhook } = await hooks();
    await send(webhook, event);
    const [call] = sim.journal.calls('hook');
    const headers = call?.headers ?? {};
    expect(call?.body).toEqual({
      id: event.id,
      event: 'halted',
      fleet: 'production',
      sha: event.sha,
      tag: 'staging-f09b5c9',
      text: event.text,
      workflowId: event.workflowId,
      runId: 'run-1',
      at: '2026-11-21T12:00:00.000Z',
      link: event.link,
    });
    expect(headers['x-greenlane-event-id']).toBe(event.id);
    expect(headers['user-agent']).toMatch(/^greenlane\//);
    const delivery = {
      signature: headers['x-greenlane-signature'] ?? '',
      timestamp: headers['x-greenlane-timestamp'] ?? '',
      body: call?.rawBody ?? '',
    };
    const now = Date.now();
    expect(isSignedBy(secret, delivery, now)).toBe(true);
    expect(isSignedBy('another', delivery, now)).toBe(false);
    expect(isSignedBy(secret, { ...delivery, body: `${delivery.body} ` }, now)).toBe(false);
    expect(isSignedBy(secret, { ...delivery, timestamp: String(Number(delivery.timestamp) + 1) }, now)).toBe(
      false,
    );
    expect(isSignedBy(secret, { ...delivery, signature: '' }, now)).toBe(false);
    expect(isSignedBy(secret, delivery, now + 301_000)).toBe(false);
    expect(isSignedBy(secret, { ...delivery, timestamp: 'NaN' }, now)).toBe(false);
    expect(JSON.stringify(call)).not.toContain(secret);
  });

  test('sent again has the same id, so that it can be dropped', () => {
    const [first, again] = [
      webhookMessage(event, secret, 1_000_000),
      webhookMessage(event, secret, 9_000_000),
    ];
    expect(again.body).toBe(first.body);
    expect(again.headers['x-greenlane-event-id']).toBe(first.headers['x-greenlane-event-id']);
    expect(again.headers['x-greenlane-signature']).not.toBe(first.headers['x-greenlane-signature']);
  });

  test('without a secret is not signed', () => {
    expect(webhookMessage(event, undefined, 0).headers['x-greenlane-signature']).toBeUndefined();
  });
});

describe('a Slack hook', () => {
  test('gets a text with fleet, tag, commit, the sentence and the link', async () => {
    const { sim, slack } = await hooks();
    await send(slack, event);
    expect(sim.journal.calls('hook')[0]?.body).toEqual({
      text:
        '*production – deploy HALTED*  `staging-f09b5c9` (f09b5c9208a2)\n' +
        'Halted by ada after wave 2 of 12: CI / Platform (Go) (push) looks wrong.\n' +
        '<https://temporal.example/namespaces/default/workflows/x|Open the deploy>',
      unfurl_links: false,
      unfurl_media: false,
    });
  });

  test.each([['javascript:alert(1)'], ['not a link'], [''], ['https://user:hunter22@t.example']])(
    'gets no link for %j',
    (link) => expect(slackMessage({ ...event, link }).body).not.toMatch(/Open the deploy|hunter22/),
  );

  test('gets a link that nothing in it can end', () => {
    const { body } = slackMessage({ ...event, link: 'https://t.example/a|b>c](d)`e' });
    expect(body).toContain('<https://t.example/a%7cb%3Ec%5d%28d%29%60e|Open the deploy>');
  });
});

test('I-23: nothing from outside mentions, links, formats or commands, whatever it is', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '<!channel>',
      '<@U1>',
      '@here',
      '[x](https://evil.example)',
      '::error::',
      '##[error]',
      '\n',
      '`',
      '*',
      '&lt;',
      '\u001b[31m',
      '\u202e',
    ),
    fc.string({ maxLength: 5 }),
  );
  const text = fc.array(piece, { maxLength: 8 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(
      fc.record({ text, fleet: text, sha: text, tag: text, event: text, id: text, workflowId: text }),
      (planted) => {
        const slack = JSON.parse(slackMessage({ ...event, ...planted }).body) as { text: string };
        const ours = slack.text
          .replace(/<https:[^|>]*\|Open the deploy>$/, '')
          .replace(/^\*(.*)\* {2}`(.*?)` \(/, '$1 $2 (');
        expect(ours.split('\n').length).toBeLessThanOrEqual(3);
        const hook = webhookMessage({ ...event, ...planted }, 'key', 0);
        const { link: _, ...fields } = JSON.parse(hook.body) as Record<string, string>;
        for (const shown of [...ours.split('\n'), ...Object.values(fields)]) {
          expect(shown).not.toMatch(/[<>@`*&|[\]\\]|:\/\/|::|##\w*\[|\p{Cc}|\p{Cf}/u);
        }
        for (const value of Object.values(hook.headers)) expect(value).toMatch(/^[\x21-\x7e]*$/);
      },
    ),
    { numRuns: 300 },
  );
});

describe('a target that fails', () => {
  test.each([
    [400, 'refused', false],
    [403, 'refused', false],
    [404, 'refused', false],
    [410, 'refused', false],
    [302, 'refused', false],
    [429, 'rate-limited', true],
    [500, 'unreachable', true],
    [503, 'unreachable', true],
  ] as const)('with status %d is %s', async (status, kind, retryable) => {
    const server = await serve((_, response) =>
      json(response, 'no_service hunter22', status, { 'retry-after': '3' }),
    );
    for (const target of ['slack', 'webhook'] as const) {
      const url = `${server.url}/services/hunter22`;
      const error = await failure(send({ kind: target, url, secret }, event), NotifyError);
      expect(error).toMatchObject({ kind, retryable, status });
      if (retryable) expect(error.retryAfterMs).toBe(3_000);
      expect(error.message).not.toContain('\n');
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('hunter22');
    }
  });

  test('by hanging costs the time that was given', async () => {
    const { sim, webhook } = await hooks();
    sim.fault({ where: 'hook', kind: 'hang' });
    const error = await failure(send(webhook, event, { timeoutMs: 50 }), NotifyError);
    expect(error).toMatchObject({ kind: 'unreachable', retryable: true });
    expect(error.message).toMatch(/^the webhook at http:\/\/127\.0\.0\.1:\d+ was not notified: /);
  });

  test('by not being there, and a delivery that is given up', async () => {
    const url = await nobody();
    expect((await failure(send({ kind: 'slack', url }, event), NotifyError)).kind).toBe('unreachable');
    const given = send({ kind: 'slack', url }, event, { signal: AbortSignal.abort() });
    expect((await failure(given, HttpFailure)).kind).toBe('aborted');
  });

  test('by redirecting does not see the event travel on', async () => {
    const elsewhere = await serve((_, response) => void response.end());
    const server = await serve(
      (_, response) => void response.writeHead(308, { location: elsewhere.url }).end(),
    );
    await failure(send({ kind: 'webhook', url: server.url }, event), NotifyError);
    expect(elsewhere.seen).toEqual([]);
  });

  test.each([
    ['http://hooks.example/hunter22'],
    ['hunter22'],
    ['https://a:hunter22@hooks.example'],
    ['file:///hunter22'],
  ])('by its URL %s is a configuration error that does not show it', async (url) => {
    const error = await failure(send({ kind: 'slack', url }, event), ConfigurationError);
    expect(inspect(error)).not.toContain('hunter22');
  });
});
