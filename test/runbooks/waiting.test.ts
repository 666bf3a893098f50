import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { startDevServer, type DevServer } from '../../src/dev/temporal-server.ts';
import type { ServerProcess } from '../../src/dev/server-process.ts';
import { STACK_GATES, startStack, type Stack } from '../../src/dev/stack.ts';
import { start } from '../support/cli.ts';
import { until } from '../support/until.ts';
import { GOOD_BODY } from '../sop/support.ts';
import { Desk } from './desk.ts';
import { checkOut, Runbook } from './runbook.ts';

const CANARY = 'hongming';
const EVERY_DAY = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const REVIEWERS = { devops: 'grace', sre: 'alan', security: 'kurt' };

const directory = mkdtempSync(join(tmpdir(), 'greenlane-waiting-'));
const dbFilename = join(directory, 'temporal.db');
/** Configuration of those who deploy to the fleet whose window never opens. */
const closed = join(directory, 'closed.yaml');
let stack: Stack;
let worker: ServerProcess;
let desk: Desk;
let restarted: DevServer | undefined;
const books: Runbook[] = [];

beforeAll(async () => {
  stack = await startStack({
    server: { headless: true, dbFilename },
    simulator: { tenants: 3, perTenantMs: 20 },
    fleet: { rollout: { batchSize: 3, soak: 0 }, verify: { settle: '2s', interval: '100ms' } },
  });
  const { fleets } = parse(readFileSync(stack.configFile, 'utf8')) as { fleets: { production: object } };
  const { production } = fleets;
  const window = { ...production, freeze: { windows: [{ name: 'never on a weekday', days: EVERY_DAY }] } };
  const reviewers = Object.fromEntries(Object.entries(REVIEWERS).map(([area, user]) => [area, { users: [user] }]));
  writeFileSync(stack.configFile, stringify({ fleets: { production, closed: window }, sop: { reviewers } }));
  writeFileSync(closed, stringify({ fleets: { closed: window } }));
  worker = await stack.startWorker();
  desk = await Desk.open(stack);
});
afterAll(async () => {
  for (const book of books) book.remove();
  await desk.close();
  await restarted?.stop();
  await stack.stop();
  rmSync(directory, { recursive: true });
});

function open(name: string, env: NodeJS.ProcessEnv): Runbook {
  const book = new Runbook(name, { ...env, GREENLANE_ACTOR: 'ada' });
  books.push(book);
  return book;
}

describe('every command of the runbook does what it says, and prints what it shows:', { timeout: 180_000 }, () => {
  it('sop-production-cicd', async () => {
    const { forge } = stack.sim;
    const body = GOOD_BODY.replace('CI / Platform (Go) (push)', STACK_GATES[0] ?? '');
    forge.setRunners([
      { name: 'lane', labels: ['publish'] },
      { name: 'ci', labels: ['ubuntu-latest'] },
    ]);
    forge.setPull(7, {
      author: 'ada',
      headSha: forge.head(),
      body,
      files: ['.gitea/workflows/deploy.yml'],
      reviews: Object.values(REVIEWERS).map((user) => ({ user, state: 'APPROVED' })),
    });
    const book = open('sop-production-cicd', { ...stack.workerEnv, PR: '7' });
    checkOut(book, STACK_GATES);
    writeFileSync(join(book.cwd, 'body.md'), body);
    for (const command of ['lint', 'self-test', 'sop --pr "$PR"', 'sop --body body.md'])
      await book.run(`greenlane ${command}`, 0);
    book.checked('greenlane sop');
    expect(book.left()).toEqual([]);
  });

  it('gate-never-green', async () => {
    const { forge } = stack.sim;
    const [build = '', test = '', lint = ''] = STACK_GATES;
    const sha = forge.push();
    forge.setGreen(sha, [test]);
    forge.setStatus(sha, build, 'pending');
    const book = open('gate-never-green', { ...stack.workerEnv, SHA: sha, TAG: `staging-${sha.slice(0, 7)}` });
    checkOut(book, [build, test]);
    await desk.begin(sha);
    await until(async () => (await desk.waitsFor(sha)).includes(lint), 30_000);
    await Promise.all([
      book.run('greenlane status --sha "$SHA"', 0, { AUTO_SYNC_TOKEN: '' }),
      book.run('greenlane gates --sha "$SHA"', 1),
    ]);
    expect(await book.run('greenlane lint', 1)).toContain(`no workflow posts the required context \`${lint}\``);
    forge.setGreen(sha, STACK_GATES);
    await book.run('greenlane deploy --sha "$SHA"', 0);
    await book.run('greenlane gates --sha "$SHA"', 0);
    await book.run('greenlane redeploy --to "$TAG" --reason "CI is down, 2863380 was tested by hand"', 0);
    expect(book.left()).toEqual([]);
  });

  it('stuck-queue', async () => {
    const book = open('stuck-queue', stack.workerEnv);
    const [first, second] = [desk.green().SHA, desk.green().SHA];
    const { release, met } = desk.holdCalls(CANARY);
    await desk.begin(first);
    await met();
    await desk.begin(second);
    await desk.phase(second, 'queued');
    await book.run('greenlane queue', 0);
    const watch = book.begin('greenlane watch');
    await until(() => watch.output() !== '', 30_000);
    release();
    expect((await watch.done).output).toContain('deployed');
    expect(await desk.outcome(second)).toBe('deployed');

    await desk.hold('pin', 'bad migration', 'staging-94e3b86');
    await desk.hold('freeze', 'sale');
    const third = desk.green().SHA;
    await desk.begin(third);
    await desk.phase(third, 'queued');
    await book.run('greenlane queue', 0);
    await book.run('greenlane unpin --reason R', 0);
    await book.run('greenlane unfreeze --reason R', 0);
    expect(await desk.outcome(third)).toBe('deployed');
    await book.run('greenlane queue', 0);

    // In a fleet whose window is closed a deploy waits already when somebody decides that it cannot wait.
    const fourth = desk.green().SHA;
    const elsewhere = { GREENLANE_CONFIG: closed, SHA: fourth };
    await desk.begin(fourth, 'closed');
    await desk.phase(fourth, 'queued', 'closed');
    expect(await book.run('greenlane queue', 0, elsewhere)).toContain('never on a weekday');
    await book.run('greenlane abort --sha "$SHA" --reason "to send it ahead"', 0, elsewhere);
    expect(await desk.outcome(fourth, 'closed')).toBe('halted');
    await book.run('greenlane deploy --sha "$SHA" --urgent --reason "checkout is broken"', 0, elsewhere);

    await worker.kill('SIGTERM');
    await book.run('greenlane queue', 6);
    const another = book.begin('greenlane worker');
    await until(() => another.output().includes('worker polls the lane'), 30_000);
    another.signal('SIGTERM');
    expect((await another.done).code).toBe(0);
    worker = await stack.startWorker();
    // There is no Docker here: that the compose file has the service that is named is all that is checked.
    const { services } = parse(readFileSync('docker-compose.yml', 'utf8')) as { services: object };
    expect(services).toHaveProperty('worker');
    for (const command of ['docker compose up -d worker', 'docker compose logs worker']) book.checked(command);
    expect(book.left()).toEqual([]);
  });

  it('temporal-down', async () => {
    const { sim, server } = stack;
    if (server === undefined) throw new Error('the stack has a server of its own');
    const sha = desk.green().SHA;
    const { release, met } = desk.holdCalls(CANARY);
    await desk.begin(sha);
    await met();
    const book = open('temporal-down', {
      ...stack.workerEnv,
      PROD_CP_URL: sim.controlPlane.url,
      TAG: `staging-${sha.slice(0, 7)}`,
      SLUG: CANARY,
      BUILDINFO_URL: sim.tenants.buildinfoUrl.replace('{slug}', CANARY),
    });
    // The board on the team's wall is there before, meanwhile and afterwards.
    const board = start(['board', '--port', '0', '--json'], stack.env);
    await board.until('"url"');
    const { url } = JSON.parse(board.output()) as { url: string };
    const wall = async (text: string) =>
      until(async () => (await (await fetch(url)).text()).includes(text), 30_000);
    await wall(`staging-${sha.slice(0, 7)}`);
    await server.kill('SIGKILL');
    await book.run('greenlane doctor', 1);
    release();
    const [curl = ''] = book.commands('curl -sS -o');
    await book.run(curl, 0);
    await book.run('curl -sS "$BUILDINFO_URL"', 0);
    const { services } = parse(readFileSync('docker-compose.yml', 'utf8')) as { services: object };
    // There is no Docker here: that the compose file has the services that are named is all that is checked.
    for (const service of ['temporal', 'postgresql']) expect(services).toHaveProperty(service);
    for (const command of book.commands('docker compose')) book.checked(command);
    await wall('Temporal does not answer');
    restarted = await startDevServer({ headless: true, port: server.port, dbFilename });
    expect(await desk.outcome(sha)).toBe('deployed');
    await wall('production: free');
    board.child.kill('SIGTERM');
    expect((await board.done).code).toBe(0);
    await Promise.all([book.run('greenlane doctor', 0), book.run('greenlane status', 0)]);
    expect(book.left()).toEqual([]);
  });
});
