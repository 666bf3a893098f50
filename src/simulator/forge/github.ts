import type { Answer } from '../exchange.ts';
import {
  branchAnswer,
  checkRunsAnswer,
  combinedAnswer,
  commitAnswer,
  compareAnswer,
  postAnswer,
  problem,
  repositoryAnswer,
  statusesAnswer,
  variableAnswer,
} from './github-answers.ts';
import type { ForgeRoute } from './route.ts';
import type { ForgeStore } from './store.ts';

/** Finds what a path below the GitHub API's root (decoded segments) asks for. Everything unknown is a 404. */
export function githubRoute(
  forge: ForgeStore,
  method: string,
  segments: readonly string[],
  query: URLSearchParams,
): ForgeRoute {
  const notFound = (): Answer => problem(404, 'Not Found');
  const unknown: ForgeRoute = { where: 'forge.other', access: 'either', answer: notFound };
  const [area, owner, repo, ...rest] = segments;
  const variable = (scope: 'repo' | 'org', name: string): ForgeRoute => ({
    where: 'forge.variable',
    access: 'control',
    answer: () => variableAnswer(forge, scope, name),
  });
  if (method === 'GET' && area === 'orgs' && owner === forge.owner) {
    const [, , actions, variables, name] = segments;
    if (actions === 'actions' && variables === 'variables' && name !== undefined)
      return variable('org', name);
  }
  if (area !== 'repos' || owner !== forge.owner || repo !== forge.name) return unknown;
  const [what, ref, last] = rest;
  if (what === undefined && method === 'GET') {
    return { ...unknown, answer: () => repositoryAnswer(forge) };
  }
  if (ref === undefined) return unknown;
  const url = `${forge.githubUrl}/${segments.join('/')}`;
  if (method === 'POST' && what === 'statuses') {
    return { where: 'forge.post-status', access: 'forge', answer: (body) => postAnswer(forge, ref, body) };
  }
  if (method !== 'GET') return unknown;
  if (what === 'commits' && last === 'statuses') {
    return { where: 'forge.statuses', access: 'forge', answer: () => statusesAnswer(forge, ref, query, url) };
  }
  if (what === 'commits' && last === 'status') {
    return {
      where: 'forge.combined-status',
      access: 'forge',
      answer: () => combinedAnswer(forge, ref, query, url),
    };
  }
  if (what === 'commits' && last === 'check-runs') {
    return {
      where: 'forge.check-runs',
      access: 'forge',
      answer: () => checkRunsAnswer(forge, ref, query, url),
    };
  }
  if (what === 'commits' && last === undefined) {
    return { where: 'forge.commit', access: 'forge', answer: () => commitAnswer(forge, ref) };
  }
  if (what === 'branches') {
    const branch = rest.slice(1).join('/');
    return { where: 'forge.branch', access: 'forge', answer: () => branchAnswer(forge, branch) };
  }
  if (what === 'compare') {
    const range = rest.slice(1).join('/');
    return { where: 'forge.compare', access: 'forge', answer: () => compareAnswer(forge, range) };
  }
  if (what === 'actions' && ref === 'variables' && last !== undefined) return variable('repo', last);
  return unknown;
}
