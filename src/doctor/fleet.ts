import { text } from '../config/environment.ts';
import type { Answer } from '../rollout/tenants.ts';
import { sweep } from '../tenants/sweep.ts';
import { fact, SOURCES, type Facts } from './facts.ts';
import { fail, ok, unknown, warn, type Check, type Finding } from './check.ts';

/** Tenants that are asked what they run, the canary among them. */
const SAMPLE = 20;
const TENANT_MS = 3_000;

/** The control plane by a dry run, the canary, and what some tenants answer. */
export function fleetChecks(facts: Facts): Check[] {
  const listed = async (): Promise<readonly string[]> => fact(SOURCES.tenants, facts.tenants);
  return [
    { name: SOURCES.tenants, look: async () => controlPlane(facts) },
    { name: 'canary', look: async () => canary(facts, await listed()) },
    { name: 'tenants', look: async () => tenants(facts, await listed()) },
  ];
}

async function controlPlane(facts: Facts): Promise<Finding> {
  const { token, url } = facts.fleet.file.controlPlane;
  if (text(facts.env, token) === undefined)
    return unknown(
      `${token} is not set here`,
      'the worker needs it to redeploy tenants: it does not start without it; run doctor where it is set',
    );
  const slugs = await facts.tenants();
  return ok(`${new URL(url).origin} takes the token; a dry run lists ${slugs.length} tenants`);
}

function canary({ fleet }: Facts, slugs: readonly string[]): Finding {
  const { canary: name } = fleet.file.rollout;
  return slugs.includes(name)
    ? ok(`${name} is a tenant`)
    : fail(
        `${name} is not a tenant of the fleet`,
        `every deploy is refused (I-15): set rollout.canary to one of ${slugs.slice(0, 5).join(', ')}${slugs.length > 5 ? ', …' : ''}`,
      );
}

async function tenants(facts: Facts, slugs: readonly string[]): Promise<Finding> {
  const { file } = facts.fleet;
  const answers = await sample(facts, sampleOf(slugs, file.rollout.canary));
  const silent = [...answers].filter(([, answer]) => answer.kind !== 'sha');
  const shas = new Set(
    [...answers.values()].flatMap((answer) => (answer.kind === 'sha' ? [answer.sha.slice(0, 7)] : [])),
  );
  const asked = `${answers.size} of ${slugs.length} asked`;
  if (silent.length === 0) {
    return shas.size === 1
      ? ok(`${asked}: all run ${[...shas][0] ?? ''}`)
      : warn(
          `${asked}: they run ${[...shas].slice(0, 5).join(', ')}`,
          'right while a deploy is under way; else look with greenlane history which one left it mixed',
        );
  }
  const names = silent
    .slice(0, 5)
    .map(
      ([slug, answer]) =>
        `${slug} (${answer.kind === 'sha' ? '' : answer.kind === 'dev' ? 'a build without a SHA' : answer.why})`,
    )
    .join(', ');
  const found = `${asked}: ${silent.length} without a SHA: ${names}`;
  const remedy = `curl ${file.tenants.buildinfoUrl} by hand (runbooks/straggler.md)`;
  const lost = silent.some(([slug]) => slug === file.rollout.canary) || silent.length * 2 >= answers.size;
  return lost
    ? fail(found, `${remedy}; a deploy cannot be proven like this`)
    : warn(found, `${remedy}; up to ${file.rollout.maxStragglers} may be quarantined`);
}

async function sample(facts: Facts, slugs: readonly string[]): Promise<Map<string, Answer>> {
  const answers = new Map<string, Answer>();
  await sweep({
    slugs,
    urlTemplate: facts.fleet.file.tenants.buildinfoUrl,
    concurrency: SAMPLE,
    timeoutMs: TENANT_MS,
    signal: facts.signal,
    onProgress: ({ slug, answer }) => answers.set(slug, answer),
  });
  return answers;
}

/** The canary, and others evenly over the fleet: the same ones each time, so that two runs can be compared. */
export function sampleOf(slugs: readonly string[], canary: string, size = SAMPLE): string[] {
  const others = slugs.filter((slug) => slug !== canary);
  const room = slugs.includes(canary) ? size - 1 : size;
  const step = Math.max(1, others.length / room);
  const picked = new Set<string>();
  for (let at = 0; picked.size < room && at < others.length; at += step)
    picked.add(others[Math.floor(at)] as string);
  return [...(slugs.includes(canary) ? [canary] : []), ...picked];
}
