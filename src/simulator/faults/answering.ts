import type { ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import type { Answer } from '../exchange.ts';
import { closed, json, send } from '../exchange.ts';
import type { RequestFault } from './schema.ts';
import type { Strike } from './table.ts';

/**
 * Answers a call as the faults that struck it want it. `work` does what the call asks for and gives the
 * honest answer; whether and when it runs is up to the fault.
 */
export async function answerStruck(
  exchange: { readonly res: ServerResponse; readonly entry: { fault?: string } },
  strike: Strike,
  clock: Clock,
  work: () => Promise<Answer>,
): Promise<void> {
  const { entry, res } = exchange;
  const first =
    strike.answer?.kind ?? strike.tenants[0]?.kind ?? (strike.holds.length > 0 ? 'hold' : undefined);
  const kind = first ?? (strike.delayMs > 0 || strike.slowTenants.size > 0 ? 'slow' : undefined);
  if (kind !== undefined) entry.fault = kind;
  await clock.sleep(strike.delayMs);
  if (strike.holds.length > 0) await Promise.all(strike.holds);
  if (strike.answer === undefined) {
    send(res, await work());
    return;
  }
  await answerWrongly(res, strike.answer, work);
}

async function answerWrongly(
  res: ServerResponse,
  fault: RequestFault,
  work: () => Promise<Answer>,
): Promise<void> {
  switch (fault.kind) {
    case 'drop-before':
      res.destroy();
      return;
    case 'drop-after':
      await work();
      res.destroy();
      return;
    case 'hang':
      if (fault.effect === true) await work();
      await closed(res);
      return;
    case 'status':
      if (fault.effect === true) await work();
      send(res, {
        status: fault.status,
        headers: { 'Content-Type': 'text/plain; charset=utf-8', ...fault.headers },
        body: fault.body ?? '',
      });
      return;
    case 'html':
      if (fault.effect === true) await work();
      send(res, html(fault.status ?? 200));
      return;
    case 'redirect':
      if (fault.effect === true) await work();
      send(res, { status: fault.status ?? 307, headers: { Location: fault.to }, body: '' });
      return;
    case 'wrong-json':
      if (fault.effect !== false) await work();
      send(res, json(fault.status ?? 200, fault.body));
      return;
    case 'truncated-json':
      truncate(
        res,
        fault.effect === false ? json(200, { ok: true, results: [] }) : await work(),
        fault.cut === true,
      );
      return;
    case 'huge':
      if (fault.effect !== false) await work();
      await pourOut(res);
      return;
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
function truncate(res: ServerResponse, answer: Answer, cut: boolean): void {
  if (res.destroyed) return;
  const whole = Buffer.from(answer.body);
  const half = whole.subarray(0, Math.max(1, Math.floor(whole.length / 2)));
  if (!cut) {
    send(res, { ...answer, body: half });
    return;
  }
  res.writeHead(answer.status, { ...answer.headers, 'Content-Length': whole.length });
  res.write(half, () => {
    res.destroy();
  });
}

const filler = Buffer.from(`${' '.repeat(64 * 1024 - 2)},\n`);

/** A body without an end, sent as fast as the client takes it, until the client has enough. */
async function pourOut(res: ServerResponse): Promise<void> {
  if (res.destroyed) return;
  res.writeHead(200, { 'Content-Type': 'application/json' });
  res.write('{"ok":true,"results":[');
  while (!res.destroyed) {
    if (res.write(filler)) {
      await new Promise((resolve) => setImmediate(resolve));
    } else {
      await Promise.race([closed(res), new Promise((resolve) => res.once('drain', resolve))]);
    }
  }
}
