/**
 * Sweeping a fleet that answers in 20 ms each: how much faster than one `curl` after another, and how near to
 * the rate of `autocannon` with as many connections, on the same simulator. Exits 1 when a figure is missed.
 *
 *     npx tsx bench/sweep.bench.ts [tenants] [concurrency] [rounds]
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import autocannon from 'autocannon';
import { sweep } from '../src/tenants/sweep.ts';

const [tenants = 1_000, concurrency = 64, rounds = 3] = process.argv.slice(2).map(Number);
const answerMs = 20;
/** Enough of the slow way to know its rate. */
const curls = 40;

async function main(): Promise<void> {
  const simulator = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      'src/simulator/main.ts',
      '--tenants',
      String(tenants),
      '--answer-ms',
      String(answerMs),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    const [line] = (await once(createInterface(simulator.stdout), 'line')) as [string];
    const urlTemplate = (JSON.parse(line) as { buildinfoUrl: string }).buildinfoUrl;
    const digits = Math.max(3, String(tenants).length);
    const slugs = Array.from({ length: tenants }, (_, n) =>
      n === 0 ? 'hongming' : `tenant-${String(n + 1).padStart(digits, '0')}`,
    );
    const ok = await measure(urlTemplate, slugs);
    process.exitCode = ok ? 0 : 1;
  } finally {
    simulator.kill();
  }
}

async function measure(urlTemplate: string, slugs: readonly string[]): Promise<boolean> {
  const sequential = await curlRate(urlTemplate, slugs);
  const ours: number[] = [];
  const peers: number[] = [];
  // In turns, so that what else runs on the machine meets both alike.
  for (let round = 0; round <= rounds; round += 1) {
    const rates = [await sweepRate(urlTemplate, slugs), await autocannonRate(urlTemplate, slugs)] as const;
    // The first round warms both up.
    if (round > 0) [ours, peers].forEach((list, n) => list.push(rates[n] ?? 0));
  }
  const [own, peer] = [median(ours), median(peers)];
  const floor = concurrency / (answerMs / 1000);
  const faster = own / sequential;
  const share = own / peer;
  console.log(`${tenants} tenants, ${answerMs} ms each, ${concurrency} at once, median of ${rounds} rounds`);
  console.log(`  one curl after another   ${sequential.toFixed(1)} tenants/s`);
  console.log(`  autocannon               ${peer.toFixed(0)} tenants/s`);
  console.log(
    `  sweep                    ${own.toFixed(0)} tenants/s (no more than ${floor.toFixed(0)} are possible)`,
  );
  console.log(`  sweep / curl             ${faster.toFixed(1)} (at least 20)`);
  console.log(`  sweep / autocannon       ${share.toFixed(2)} (at least 0.70)`);
  return faster >= 20 && share >= 0.7;
}

async function curlRate(urlTemplate: string, slugs: readonly string[]): Promise<number> {
  const curl = promisify(execFile);
  const began = performance.now();
  for (const slug of slugs.slice(0, curls))
    await curl('curl', ['-sS', urlTemplate.replaceAll('{slug}', slug)]);
  return rate(Math.min(curls, slugs.length), began);
}

async function sweepRate(urlTemplate: string, slugs: readonly string[]): Promise<number> {
  const began = performance.now();
  let proven = 0;
  const onProgress = ({ answer }: { answer: { kind: string } }): void => {
    if (answer.kind === 'sha') proven += 1;
  };
  await sweep({ slugs, urlTemplate, concurrency, onProgress });
  if (proven !== slugs.length) throw new Error(`only ${proven} of ${slugs.length} tenants answered a SHA`);
  return rate(proven, began);
}

async function autocannonRate(urlTemplate: string, slugs: readonly string[]): Promise<number> {
  const url = new URL(urlTemplate.replaceAll('{slug}', slugs[0] ?? ''));
  const template = new URL(urlTemplate).pathname;
  const requests = slugs.map((slug) => ({ path: decodeURIComponent(template).replaceAll('{slug}', slug) }));
  // By time, not by amount: it looks only once a second whether the amount is reached.
  const result = await autocannon({ url: url.origin, requests, connections: concurrency, duration: 3 });
  if (result.errors + result.non2xx > 0) throw new Error('autocannon did not get its answers');
  return result.requests.total / result.duration;
}

function rate(count: number, began: number): number {
  return count / ((performance.now() - began) / 1000);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

await main();
