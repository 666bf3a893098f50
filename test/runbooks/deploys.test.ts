import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STACK_GATES, startStack, type Stack } from '../../src/dev/stack.ts';
import { Desk } from './desk.ts';
import { checkOut, Runbook } from './runbook.ts';

/** The first tenant behind the canary: its call is held where a deploy is to be met in the middle. */
const FIRST = 'tenant-002';
const REASON = 'a reason';

let stack: Stack;
let desk: Desk;
const books: Runbook[] = [];

beforeAll(async () => {
  stack = await startStack({
    server: { headless: true },
    simulator: { tenants: 4, perTenantMs: 20 },
    fleet: { rollout: { batchSize: 3, soak: 0 }, verify: { settle: '1s', interval: '100ms' } },
  });
  await stack.startWorker();
  desk = await Desk.open(stack);
});
afterAll(async () => {
  for (const book of books) book.remove();
  await desk.close();
  await stack.stop();
});

/** A runbook at hand, in a terminal where `SHA` and `TAG` are set. */
function open(name: string, more: NodeJS.ProcessEnv = {}): Runbook {
  const book = new Runbook(name, { ...stack.env, GREENLANE_ACTOR: 'ada', ...more });
  books.push(book);
  return book;
}

/** A deploy whose first call behind the canary is out; `release` lets that call go on. */
async function inTheMiddle(book: Runbook) {
  const commit = desk.green();
  Object.assign(book.env, commit);
  const wave = desk.holdCalls(FIRST);
  await desk.begin(commit.SHA);
  await wave.met();
  return { ...commit, release: wave.release };
}

describe('every command of the runbook does what it says, and prints what it shows:', { timeout: 180_000 }, () => {
  it('production-auto-deploy', async () => {
    const book = open('production-auto-deploy', desk.green());
    checkOut(book, STACK_GATES);
    await Promise.all([
      book.run('greenlane self-test', 0),
      book.run('greenlane plan --sha "$SHA" --tenants 30', 0),
      book.run('greenlane freeze --reason R', 0),
    ]);
    await book.run('greenlane pin --tag "$TAG" --reason R', 0);
    await book.run('greenlane redeploy --to "$TAG" --reason "CI is down"', 0);
    await book.run('greenlane history', 0);
    await desk.hold('unpin', REASON);
    await desk.hold('unfreeze', REASON);
    const wave = desk.holdCalls(FIRST);
    const commit = desk.green();
    const deploy = book.begin('greenlane deploy --sha "$SHA"', commit);
    await wave.met();
    await book.run('greenlane halt --reason "errors on the canary"', 0);
    wave.release();
    expect((await deploy.done).code).toBe(3);
    book.checked('greenlane halt --reason R');
    expect(book.left()).toEqual([]);
    await desk.end(commit.SHA);
  });

  it('halted-deploy', async () => {
    const book = open('halted-deploy');
    const resumed = await inTheMiddle(book);
    await desk.halt(resumed.SHA);
    resumed.release();
    await desk.phase(resumed.SHA, 'halted');
    await Promise.all([
      book.run('greenlane status', 0),
      book.run('greenlane status --sha "$SHA"', 0, { SHA: resumed.SHA.slice(0, 7) }),
      book.run('greenlane watch --sha "$SHA"', 0),
    ]);
    await book.run('greenlane resume --reason "false alarm"', 0);
    book.checked('greenlane resume --reason R');
    expect(await desk.outcome(resumed.SHA)).toBe('deployed');
    await Promise.all([
      book.run('greenlane status --sha "$SHA"', 0),
      book.run('greenlane report --sha "$SHA" -o report.html', 0),
    ]);
    for (const [decision, outcome] of [
      ['rollback', 'rolled_back'],
      ['abort', 'halted'],
    ] as const) {
      const { SHA, release } = await inTheMiddle(book);
      await desk.halt(SHA);
      release();
      await book.run(`greenlane ${decision} --reason R`, 0);
      expect(await desk.outcome(SHA)).toBe(outcome);
      if (decision === 'rollback') await desk.hold('unpin', REASON);
    }
    // As after a day in which nobody decided.
    await desk.hold('freeze', REASON);
    await book.run('greenlane unfreeze --reason R', 0);
    expect(book.left()).toEqual([]);
  });

  it('rollback', async () => {
    const book = open('rollback');
    const running = await inTheMiddle(book);
    await book.run('greenlane halt --reason "checkout is broken"', 0);
    running.release();
    await book.run('greenlane rollback --reason "checkout is broken"', 0);
    await book.run('greenlane watch --sha "$SHA"', 0);
    expect(await desk.outcome(running.SHA)).toBe('rolled_back');
    await desk.hold('unpin', REASON);
    const { SHA, TAG } = desk.green();
    await desk.begin(SHA);
    expect(await desk.outcome(SHA)).toBe('deployed');
    await book.run('greenlane rollback --sha "$SHA" --reason "checkout is broken"', 4, { SHA: SHA.slice(0, 7) });
    await book.run('greenlane history', 0);
    await book.run('greenlane rollback --to "$TAG" --reason "checkout is broken"', 0, { TAG });
    await book.run('greenlane status', 0);
    await book.run('greenlane unpin --reason "fixed"', 0);
    expect(book.left()).toEqual([]);
  });

  it('straggler', async () => {
    const { SHA } = desk.green();
    const book = open('straggler', { SHA: SHA.slice(0, 7) });
    const mend = stack.sim.fault({ where: 'control-plane', slug: FIRST, kind: 'stale-success' });
    await desk.begin(SHA);
    expect(await desk.outcome(SHA)).toBe('deployed');
    await book.run('greenlane status --sha "$SHA"', 0);
    const url = stack.sim.tenants.buildinfoUrl.replace('{slug}', FIRST);
    await book.run('curl -sS "$BUILDINFO_URL"', 0, { BUILDINFO_URL: url });
    mend();
    await book.run('greenlane retry --sha "$SHA" --reason "volume of tenant-002 is mended"', 0);
    expect(book.left()).toEqual([]);
  });
});
