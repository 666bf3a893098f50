import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { programPath } from '../../src/dev/program.ts';
import { startServerProcess, type ServerProcess } from '../../src/dev/server-process.ts';
import { buildIdOf } from '../../src/worker-version.ts';
import { FORMER, type Build } from '../worker/newer-build.ts';
import type { BatchPlan } from './plan.ts';
import { pause } from './pause.ts';

const ODD_CLOCK = fileURLToPath(new URL('./odd-clock.mjs', import.meta.url));
const HOUR_MS = 3_600_000;
/** Nothing can be made below it, by root neither. */
const READ_ONLY = '/proc';

/** The workers of a lane. Each has a successor, whenever it ends, in whatever way. */
export class Workers {
  readonly #kind: BatchPlan['workers'];
  readonly #env: NodeJS.ProcessEnv;
  readonly #all: ServerProcess[] = [];
  readonly #followed = new WeakSet<ServerProcess>();
  readonly #builds = new WeakMap<ServerProcess, Build>();
  /** The one that is current at first, and the one after it; empty where workers are not versioned. */
  readonly #versions: readonly Build[];
  #stopped = false;
  /** The change to the newer build, which needs the connection until it is over. */
  #changing = Promise.resolve();

  constructor(kind: BatchPlan['workers'], env: NodeJS.ProcessEnv, newer: Build | undefined) {
    this.#kind = kind;
    this.#env = env;
    this.#versions = newer === undefined ? [] : [FORMER, newer];
  }

  async start(client: Client): Promise<void> {
    if (this.#versions.length === 0) return this.#startOne();
    await Promise.all(this.#versions.map(async (build) => this.#startOne(build)));
    await this.#makeCurrent(client, 0);
    // While deploys run: they end on the build where they began, the lock moves on.
    this.#changing = pause(2_000).then(async () => this.#makeCurrent(client, 1));
  }

  /** Those that were started so far. */
  get count(): number {
    return this.#all.length;
  }

  /** What they wrote, as far as it is kept. */
  output(): string {
    return this.#all.map((worker) => worker.lastLines(10_000)).join('\n');
  }

  /** Those that stand still. */
  frozen(): ServerProcess[] {
    return this.#all.filter(({ pid }) => {
      try {
        return /^\d+ \(.*\) T/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
      } catch {
        return false;
      }
    });
  }

  /** Starts the successor of a worker that is about to end, or stands still. */
  async follow(worker = this.#all.at(-1)): Promise<void> {
    if (worker === undefined || this.#followed.has(worker) || this.#stopped) return;
    this.#followed.add(worker);
    await this.#startOne(this.#builds.get(worker));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#changing;
    await Promise.all(this.#all.map(async (worker) => worker.stop(0, 'SIGKILL')));
  }

  async #startOne(build?: Build): Promise<void> {
    const version = build === undefined ? {} : { GREENLANE_BUILD_ID: buildIdOf(build.bundle) };
    const worker = await startServerProcess({
      ...this.#command(build?.program),
      env: { ...this.#env, ...this.#oddities(), ...version },
    });
    this.#all.push(worker);
    if (build !== undefined) this.#builds.set(worker, build);
    void worker.ended.then(async () => {
      await pause(200);
      await this.follow(worker);
    });
  }

  #command(program = programPath()): { command: string; args: readonly string[]; cwd?: string } {
    const args = [program, 'worker'];
    if (this.#kind !== 'full-disk') return { command: process.execPath, args };
    const script = 'exec "$0" "$@" >/dev/full 2>/dev/full';
    return { command: 'sh', args: ['-c', script, process.execPath, ...args], cwd: READ_ONLY };
  }

  #oddities(): NodeJS.ProcessEnv {
    const offMs = { 'clock-ahead': HOUR_MS, 'clock-behind': -HOUR_MS }[this.#kind as string] ?? 0;
    return {
      NODE_OPTIONS: `--import=${ODD_CLOCK}`,
      GREENLANE_ODD_CLOCK_MS: String(offMs),
      GREENLANE_ODD_CLOCK_JUMP_MS: String(this.#all.length % 2 === 0 ? HOUR_MS : -HOUR_MS),
      ...(this.#kind === 'full-disk' ? { HOME: READ_ONLY, TMPDIR: READ_ONLY } : {}),
    };
  }

  async #makeCurrent(client: Client, index: number): Promise<void> {
    for (let tries = 0; tries < 100 && !this.#stopped; tries += 1) {
      try {
        await client.workflowService.setWorkerDeploymentCurrentVersion({
          namespace: client.options.namespace,
          deploymentName: 'greenlane',
          buildId: buildIdOf((this.#versions[index] as Build).bundle),
          identity: 'a fault run',
        });
        return;
      } catch {
        // Its first poll has not come yet, or the server is away.
        await pause(200);
      }
    }
  }
}
