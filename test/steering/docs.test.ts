import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockId } from '../../src/workflows/lock-id.ts';
import * as messages from '../../src/workflows/messages.ts';
import { inPhase } from '../replay/scenario.ts';
import { until } from '../support/until.ts';
import { startLane, type Deploy, type Lane, type World } from '../support/worker.ts';
import { lockOf, trailOf } from './support.ts';

const text = readFileSync(new URL('../../docs/steering.md', import.meta.url), 'utf8');
const [deploySection, lockSection] = ['## A deploy', '## The lock'].map((title) => {
  const begin = text.indexOf(title);
  return text.slice(
    begin,
    text.indexOf('\n## ', begin + 1) < 0 ? undefined : text.indexOf('\n## ', begin + 1),
  );
}) as [string, string];

/** Rows of a section's table: what is said by whom, with the payload that stands there as an example. */
function rowsOf(section: string) {
  const row = /^\| `greenlane ([a-z-]+)` \| `([a-z-]+)` \| `(\{.*?\})` \|/gm;
  return [...section.matchAll(row)].map(([, command, name, payload]) => ({
    command: command as string,
    name: name as string,
    payload: JSON.parse(payload as string) as Record<string, unknown>,
  }));
}

/** Names after `Not for people:`, and of the queries. */
function namesIn(section: string, begin: RegExp): string[] {
  const sentence = begin.exec(section)?.[0] ?? '';
  return [...sentence.matchAll(/`([a-z-]+)`/g)].map((match) => match[1] as string);
}
const documented = (section: string) => ({
  people: rowsOf(section).map(({ name }) => name),
  others: namesIn(section, /Not for people: [^.]*\./),
  queries: namesIn(section, /The query `[a-z]+`/),
});

let lane: Lane;
let world: World;
beforeAll(async () => {
  lane = await startLane();
  world = await lane.world({ fleet: { approval: { required: true }, rollout: { soak: '60s' } } });
});
afterAll(async () => {
  await lane.stop();
});

/** What a running workflow handles, by Temporal's own account. */
async function handled(workflowId: string) {
  interface Named {
    readonly name?: string;
  }
  type Kind = 'signalDefinitions' | 'updateDefinitions' | 'queryDefinitions';
  const { definition } = await lane.environment.client.workflow
    .getHandle(workflowId)
    .query<{ definition: Record<Kind, readonly Named[]> }>('__temporal_workflow_metadata');
  const names = (kind: Kind) =>
    definition[kind].flatMap(({ name }) =>
      name === undefined || name === '' || name.startsWith('__') ? [] : [name],
    );
  return {
    signals: names('signalDefinitions').sort(),
    updates: names('updateDefinitions').sort(),
    queries: names('queryDefinitions').sort(),
  };
}

async function waiting(): Promise<Deploy> {
  const deploy = await world.start(world.green());
  await inPhase(deploy, 'approval');
  return deploy;
}

const toDeploy = documented(deploySection);
const toLock = documented(lockSection);

describe('docs/steering.md', () => {
  it('names every message there is, and no other', () => {
    const declared = Object.values(messages)
      .flatMap((one: unknown) => {
        const isNamed = typeof one === 'object' && one !== null && 'name' in one;
        return isNamed ? [String(one.name)] : [];
      })
      .concat(messages.COMMANDS, messages.HOLDS);
    const named = [toDeploy, toLock].flatMap(({ people, others, queries }) => [
      ...people,
      ...others,
      ...queries,
    ]);
    expect([...new Set(named)].sort()).toEqual([...new Set(declared)].sort());
    for (const { command, name } of [...rowsOf(deploySection), ...rowsOf(lockSection)])
      expect(command).toBe(name);
  });

  it('is what a deploy and the lock handle: for people as signal and as update', async () => {
    const deploy = await waiting();
    const ofDeploy = await handled(deploy.workflowId);
    expect(ofDeploy).toEqual({
      signals: [...toDeploy.people, ...toDeploy.others].sort(),
      updates: [...toDeploy.people].sort(),
      queries: toDeploy.queries,
    });
    await deploy.signal('abort', { reason: 'seen' });
    await deploy.result();
    await world.deploy(world.sim.forge.head(), {
      kind: 'manual',
      reason: 'to have a lock',
      changes: { soakMs: 0 },
    });
    const ofLock = await handled(lockId(world.name));
    expect(ofLock.queries).toEqual([...toLock.queries, 'carry', 'holder'].sort());
    expect(ofLock.updates).toEqual([...toLock.people, 'release', 'turn'].sort());
    const internal = toLock.others.filter((name) => !['turn', 'carry', 'holder'].includes(name));
    expect(ofLock.signals).toEqual([...toLock.people, ...internal].sort());
  });

  it.each(['update', 'signal'] as const)('has payloads that a deploy takes by %s', async (how) => {
    const examples = new Map(rowsOf(deploySection).map(({ name, payload }) => [name, payload]));
    const say = async (deploy: Deploy, name: string): Promise<void> => {
      const payload = examples.get(name) as { reason: string; actor?: string };
      if (how === 'signal') await deploy.signal(name, payload);
      else await deploy.executeUpdate(name, { args: [payload] });
      const line = `${payload.actor ?? 'somebody'}: ${name}: ${payload.reason}`;
      await until(async () => (await trailOf(deploy)).includes(line));
      examples.delete(name);
    };
    const ends: string[] = [];
    for (const name of ['reject', 'abort', 'supersede']) {
      const deploy = await waiting();
      await say(deploy, name);
      ends.push((await deploy.result()).outcome);
    }
    const deploy = await waiting();
    await say(deploy, 'approve');
    await inPhase(deploy, 'soak');
    await say(deploy, 'skip-soak');
    await say(deploy, 'halt');
    await inPhase(deploy, 'halted');
    await say(deploy, 'resume');
    await say(deploy, 'rollback');
    ends.push((await deploy.result()).outcome);
    expect(ends).toEqual(['halted', 'halted', 'superseded', 'rolled_back']);
    expect([...examples.keys()]).toEqual([]);
    await lane.environment.client.workflow
      .getHandle(lockId(world.name))
      .executeUpdate('unpin', { args: [{ reason: 'the next one' }] });
  });

  it.each(['update', 'signal'] as const)('has payloads that the lock takes by %s', async (how) => {
    const lock = lane.environment.client.workflow.getHandle(lockId(world.name));
    const held = { pin: 'pin', unpin: 'pin', freeze: 'freeze', unfreeze: 'freeze' } as const;
    for (const { name, payload } of rowsOf(lockSection)) {
      if (how === 'signal') await lock.signal(name, payload);
      else await lock.executeUpdate(name, { args: [payload] });
      await until(async () => {
        const hold = (await lockOf(lane, world))[held[name as keyof typeof held]];
        return (hold === undefined) === name.startsWith('un');
      });
    }
  });
});
