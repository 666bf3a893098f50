import type { ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import type { Answer } from '../exchange.ts';
import { closed, json, send, text } from '../exchange.ts';
import type { RequestFault } from './schema.ts';
import type { Strike } from './table.ts';

/** What the journal learns here. */
interface Marks {
  fault?: string;
  status?: number;
}

interface Struck {
  readonly res: ServerResponse;
  readonly entry: Marks;
}

/**
 * Answers a call as the faults that struck it want it. `work` does what the call asks for and gives the
 * honest answer; whether and when it runs is up to the fault.
 */
export async function answerStruck(
  exchange: Struck,
  strike: Strike,
  clock: Clock,
  work: () => Promise<Answer>,
): Promise<void> {
  const { entry } = exchange;
  const first =
    strike.answer?.kind ?? strike.tenants[0]?.kind ?? (strike.holds.length > 0 ? 'hold' : undefined);
  const kind = first ?? (strike.delayMs > 0 || strike.slowTenants.size > 0 ? 'slow' : undefined);
  if (kind !== undefined) entry.fault = kind;
  await clock.sleep(strike.delayMs);
  if (strike.holds.length > 0) await Promise.all(strike.holds);
  if (strike.answer === undefined) {
    give(exchange, await work());
    return;
  }
  await answerWrongly(exchange, strike.answer, work);
}

async function answerWrongly(
  exchange: Struck,
  fault: RequestFault,
  work: () => Promise<Answer>,
): Promise<void> {
  const { res } = exchange;
  switch (fault.kind) {
    case 'drop-before':
      res.destroy();
      return;
    case 'drop-after':
      await work();
      res.destroy();
      return;
    case 'truncated-json': {
      const honest = fault.effect === false ? json(200, { ok: true, results: [] }) : await work();
      truncate(exchange, honest, fault.cut === true);
      return;
    }
    case 'wrong-json':
    case 'huge':
      if (fault.effect !== false) await work();
      break;
    default:
      if (fault.effect === true) await work();
  }
  if (fault.kind === 'hang') await closed(res);
  else if (fault.kind === 'huge') await pourOut(exchange);
  else give(exchange, falseAnswer(fault));
}

function give({ res, entry }: Struck, answer: Answer): void {
  if (!res.destroyed) entry.status = answer.status;
  send(res, answer);
}

function falseAnswer(
  fault: Extract<RequestFault, { kind: 'status' | 'html' | 'redirect' | 'wrong-json' }>,
): Answer {
  switch (fault.kind) {
    case 'status':
      return text(fault.status, fault.body ?? '', fault.headers);
    case 'html':
      return html(fault.status ?? 200);
    case 'redirect':
      return text(fault.status ?? 307, '', { Location: fault.to });
    case 'wrong-json':
      return json(fault.status ?? 200, fault.body ?? null);
  }
}

/** A proxy's page in place of the answer. */
function html(status: number): Answer {
  const body =
    '<!DOCTYPE html>\n<html><head><title>Upstream error</title></head>' +
    '<body><h1>The service is not available</h1><hr>edge-proxy</body></html>\n';
  return { status, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body };
}

/** The first half of an answer: as a whole HTTP answer, or cut off in the middle of an announced longer one. */
function truncate(exchange: Struck, answer: Answer, cut: boolean): void {
  const { res, entry } = exchange;
  if (res.destroyed) return;
  const whole = Buffer.from(answer.body);
  const half = whole.subarray(0, Math.max(1, Math.floor(whole.length / 2)));
  if (!cut) {
    give(exchange, { ...answer, body: half });
    return;
  }
  entry.status = answer.status;
  res.writeHead(answer.status, { ...answer.headers, 'Content-Length': whole.length });
  res.write(half, () => {
    res.destroy();
  });
}

const filler = Buffer.from(`${' '.repeat(64 * 1024 - 2)},\n`);

/** A body without an end, sent as fast as the client takes it, until the client has enough. */
async function pourOut({ res, entry }: Struck): Promise<void> {
  if (res.destroyed) return;
  entry.status = 200;
  res.writeHead(200, { 'Content-Type': 'application/json' });
  res.write('{"ok":true,"results":[');
  const over = closed(res);
  while (!res.destroyed) {
    if (res.write(filler)) await new Promise((resolve) => setImmediate(resolve));
    else await Promise.race([over, new Promise((resolve) => res.once('drain', resolve))]);
  }
}
