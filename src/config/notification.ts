import * as z from 'zod/mini';
import { described } from './described.ts';
import { environmentName } from './values.ts';

const NOTIFY_EVENTS = [
  'started',
  'halted',
  'failed',
  'rolled_back',
  'approval',
  'superseded',
  'deployed',
] as const;

/** Somebody who is told of what a deploy comes to. */
export const notification = z.strictObject({
  kind: described(
    'A signed webhook of JSON, or a message in Slack’s format (docs/notifications.md).',
    z.enum(['webhook', 'slack']),
  ),
  url: described('Environment variable of the worker with the URL (it is a secret).', environmentName()),
  secret: described(
    'Environment variable of the worker with the key that signs webhooks.',
    z.optional(environmentName()),
  ),
  on: described(
    'Which events are sent.',
    z._default(z.array(z.enum(NOTIFY_EVENTS)), ['halted', 'failed', 'rolled_back', 'approval']),
  ),
});
