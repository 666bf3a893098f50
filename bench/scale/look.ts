// What asking the tenants costs when nothing else is done: each wave, and all of them twice, as a deploy
// does. Takes `{ urlTemplate, slugs, batch, concurrency }` on standard input and prints the milliseconds: `{ waves, all }`.
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
const begun = performance.now();
for (let at = 0; at < slugs.length; at += batch) await ask(slugs.slice(at, at + batch));
const waves = performance.now() - begun;
await ask(slugs);
await ask(slugs);
console.log(JSON.stringify({ waves, all: performance.now() - begun }));
