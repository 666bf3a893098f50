import Table from 'cli-table3';
import { connect } from '../client/connect.ts';
import { deployId } from '../client/deploys.ts';
import { startStack, STACK_GATES, type Stack } from '../dev/stack.ts';
import { superviseWorker } from '../dev/supervisor.ts';
import { tagOf } from '../rollout/tag.ts';
import type { CommandContext, GlobalOptions } from './context.ts';
import { run as deploy } from './deploy.ts';
import { tenantsOf } from './dev.ts';
import { untilInterrupted } from './interrupted.ts';
import { receiptLines, steer } from './steer.ts';

export interface DemoOptions extends GlobalOptions {
  readonly tenants?: string;
  readonly keep?: boolean;
  readonly failingCanary?: boolean;
  readonly straggler?: boolean;
  readonly halt?: boolean;
  readonly rollback?: boolean;
}

const GATE_EVERY_MS = 1_500;

/** A whole deploy on real parts: Temporal server with UI, worker, forge, control plane and tenants on loopback. */
export async function run(options: DemoOptions, context: CommandContext): Promise<number> {
  const stack = await startStack({
    simulator: { tenants: tenantsOf(options), perTenantMs: 600, settleMs: 300 },
  });
  const line = (text: string): void => context.stdout(`${text}\n`);
  let supervisor: Awaited<ReturnType<typeof superviseWorker>> | undefined;
  try {
    supervisor = await superviseWorker(stack, (text) => line(`  ${text}`));
    const sha = stack.sim.forge.push();
    line(`Temporal UI  ${stack.server?.uiUrl ?? ''}`);
    line(
      `fleet        ${stack.sim.tenants.fleet.slugs().length} simulated tenants, canary hongming, waves of 5`,
    );
    line(`commit       ${sha} was pushed to main; its CI has just begun`);
    line(`worker       pid ${supervisor.pid()}: kill -9 it at any time, another goes on where it was`);
    line('');
    for (const gate of STACK_GATES) stack.sim.forge.setStatus(sha, gate, 'pending');
    arrange(stack, options);
    const inner: CommandContext = { ...context, env: { ...context.env, ...stack.env } };
    const watched = turnGreen(stack, sha);
    const steered =
      options.halt === true || options.rollback === true
        ? wheel(options, inner, sha, line)
        : Promise.resolve();
    let code = await deploy({ sha, wait: true }, inner);
    await watched;
    await steered;
    // A halted deploy ends the command with 3 and goes on when it is steered: attach again, as CI would.
    if (code === 3 && (options.halt === true || options.rollback === true))
      code = await deploy({ sha, wait: true }, inner);
    line('');
    line(table(stack));
    const expected = options.failingCanary === true ? 1 : options.rollback === true ? 4 : 0;
    if (options.keep === true) {
      line(`Look around: ${stack.server?.uiUrl ?? ''}/namespaces/default/workflows`);
      line(`  export TEMPORAL_ADDRESS=${stack.address} GREENLANE_CONFIG=${stack.configFile}`);
      line(`  node dist/cli.js status --sha ${sha}`);
      line('Ctrl-C ends everything.');
      await untilInterrupted();
    }
    return code === expected ? 0 : 1;
  } finally {
    supervisor?.stop();
    await stack.stop();
  }
}

function arrange(stack: Stack, options: DemoOptions): void {
  if (options.failingCanary === true)
    stack.sim.fault({ where: 'control-plane', slug: 'hongming', kind: 'unhealthy' });
  if (options.straggler === true)
    stack.sim.fault({
      where: 'control-plane',
      slug: stack.sim.tenants.fleet.slugs()[7] ?? 'tenant-008',
      kind: 'stale-success',
    });
}

/** CI as one sees it: one job after another turns green. */
async function turnGreen(stack: Stack, sha: string): Promise<void> {
  for (const gate of STACK_GATES) {
    await pause(GATE_EVERY_MS);
    stack.sim.forge.setStatus(sha, gate, 'success', 'Successful in 4m12s');
  }
}

/** Somebody takes the wheel after the second wave. */
async function wheel(
  options: DemoOptions,
  context: CommandContext,
  sha: string,
  line: (text: string) => void,
): Promise<void> {
  const access = await connect(context.env);
  try {
    const id = deployId('production', sha);
    const handle = access.client.workflow.getHandle(id);
    for (;;) {
      await pause(300);
      const status = await handle.query<{ wave: number; phase: string }>('status').catch(() => undefined);
      if (status !== undefined && status.wave >= 2) break;
    }
    const halted = await steer(access, id, 'halt', {
      reason: 'checkout looks slow',
      actor: 'you, at 2 in the morning',
    });
    for (const text of receiptLines('halt', halted)) line(text);
    await pause(3_000);
    const name = options.rollback === true ? 'rollback' : 'resume';
    const receipt = await steer(access, id, name, {
      reason: name === 'resume' ? 'false alarm' : 'it is the release',
      actor: 'you',
    });
    for (const text of receiptLines(name, receipt)) line(text);
  } finally {
    await access.close();
  }
}

/** What every tenant runs, asked of the simulator itself. */
function table(stack: Stack): string {
  const running = stack.sim.tenants.fleet.running();
  const rows = new Table({
    head: ['tenant', 'runs', 'tenant', 'runs', 'tenant', 'runs'],
    style: { head: [], border: [] },
  });
  const cells = Object.entries(running)
    .slice(0, 90)
    .map(([slug, sha]) => [slug, tagOf('staging-{sha7}', sha)]);
  for (let at = 0; at < cells.length; at += 3)
    rows.push(
      cells
        .slice(at, at + 3)
        .flat()
        .concat(Array<string>(6).fill(''))
        .slice(0, 6),
    );
  return rows.toString();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
