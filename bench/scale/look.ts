// What asking the tenants costs when nothing else is done: all of them, each wave, all of them again, as a deploy
// does. Takes `{ urlTemplate, slugs, batch, concurrency }` on standard input and prints the milliseconds.
import { text } from 'node:stream/consumers';
import { sweep } from '../../src/tenants/sweep.ts';

const { urlTemplate, slugs, batch, concurrency } = JSON.parse(await text(process.stdin)) as {
  urlTemplate: string;
  slugs: string[];
  batch: number;
  concurrency: number;
};
const ask = (some: readonly string[]): Promise<unknown> =>
  sweep({ slugs: some, urlTemplate, concurrency, onProgress: () => undefined });

await ask(slugs.slice(0, 500));
const began = performance.now();
await ask(slugs);
for (let at = 0; at < slugs.length; at += batch) await ask(slugs.slice(at, at + batch));
await ask(slugs);
console.log(performance.now() - began);
