import { parseJson, readBody } from '../exchange.ts';
import { answerStruck } from '../faults/answering.ts';
import type { Arrival, World } from '../world.ts';
import { takeUp } from '../world.ts';
import { judgeAccess } from './access.ts';
import { giteaRefusal } from './gitea-answers.ts';
import { giteaRoute } from './gitea.ts';
import { githubRefusal } from './github-answers.ts';
import { githubRoute } from './github.ts';

/** The prefixes of the two APIs below the simulator's address. */
export const giteaPrefix = '/forge/api/v1/';
export const githubPrefix = '/github/';

/** Serves a call of either API, with its faults. */
export async function serveForge(world: World, arrival: Arrival, flavour: 'gitea' | 'github'): Promise<void> {
  const { query, method, req } = arrival;
  const prefix = flavour === 'gitea' ? giteaPrefix : githubPrefix;
  const segments = arrival.path.slice(prefix.length).split('/').map(decode);
  const route = (flavour === 'gitea' ? giteaRoute : githubRoute)(world.forge, method, segments, query);
  const exchange = takeUp(world, arrival, route.where);
  const { entry } = exchange;
  const verdict = judgeAccess(req.headers.authorization, route.access, world.forge.tokens);
  entry.authorizationOk = verdict === 'ok';
  const body = method === 'GET' ? '' : await readBody(req);
  if (body !== '') entry.body = parseJson(body);
  world.journal.noticed(entry);
  const strike = world.faults.strike(route.where, { path: entry.path });
  await answerStruck(exchange, strike, world.clock, () => {
    if (verdict !== 'ok') {
      return Promise.resolve(
        flavour === 'gitea'
          ? giteaRefusal(world.forge, verdict, route.access)
          : githubRefusal(verdict, route.access),
      );
    }
    const answer = route.answer(body);
    entry.effect = method === 'POST' && answer.status === 201;
    return Promise.resolve(answer);
  });
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
