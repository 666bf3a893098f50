import { json, parseJson, readBody } from '../exchange.ts';
import { answerStruck } from '../faults/answering.ts';
import type { Arrival, World } from '../world.ts';
import { takeUp } from '../world.ts';

/** The prefix of the webhook sink below the simulator's address; what follows names the receiver. */
export const hookPrefix = '/hooks/';

/** Takes any request and records its headers and body; signatures are checked by whoever reads the journal. */
export async function serveHook(world: World, arrival: Arrival): Promise<void> {
  const exchange = takeUp(world, arrival, 'hook');
  const { entry } = exchange;
  const text = await readBody(arrival.req);
  entry.body = parseJson(text) ?? text;
  entry.rawBody = text;
  const headers = Object.entries(arrival.req.headers).filter(([name]) => name !== 'authorization');
  entry.headers = Object.fromEntries(headers.map(([name, value]) => [name, String(value)]));
  world.journal.noticed(entry);
  const strike = world.faults.strike('hook', { path: entry.path });
  await answerStruck(exchange, strike, world.clock, () => {
    entry.effect = true;
    return Promise.resolve(json(200, { ok: true }));
  });
}
