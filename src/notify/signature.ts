import { createHmac, timingSafeEqual } from 'node:crypto';

/** Headers of a signed delivery. */
export const signatureHeader = 'x-greenlane-signature';
export const timestampHeader = 'x-greenlane-timestamp';
/** The same for every delivery of one event: what a receiver drops repetitions by. */
export const eventIdHeader = 'x-greenlane-event-id';

/**
 * Signature of a delivery: HMAC-SHA256 over `<timestamp>.<body>`, as `v1=<hex>`. The timestamp (s since the
 * epoch) is part of it, so that an old delivery cannot be sent again as a new one.
 */
export function sign(secret: string, timestamp: string, body: string): string {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}

export interface Delivery {
  readonly signature: string;
  readonly timestamp: string;
  /** As received, before any parsing. */
  readonly body: string;
}

/** Whether a delivery is ours and at most `toleranceMs` old (or ahead) at `now` (ms since the epoch). */
export function isSignedBy(secret: string, delivery: Delivery, now: number, toleranceMs = 300_000): boolean {
  const { signature, timestamp, body } = delivery;
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now - Number(timestamp) * 1000) > toleranceMs) return false;
  const [given, ours] = [Buffer.from(signature), Buffer.from(sign(secret, timestamp, body))];
  return given.length === ours.length && timingSafeEqual(given, ours);
}
