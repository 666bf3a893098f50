import type { JournalEntry } from '../../src/simulator/index.ts';
import { tagOf } from '../../src/rollout/tag.ts';
import type { DeployEvidence, Evidence } from './evidence.ts';

/** What must hold whatever is broken meanwhile; each violation in one line. */
export function violations(evidence: Evidence): string[] {
  return [
    ...oneAtATime(evidence),
    ...epochsNeverFall(evidence),
    ...queueOrder(evidence),
    ...everyEndIsAllowed(evidence),
    ...deployedMeansEverybody(evidence),
    ...rolledBackMeansEverybody(evidence),
    ...quietAfterAReceipt(evidence),
    ...askedBeforeSentAgain(evidence),
    ...evidence.brokenTasks,
    ...evidence.leaks.map((place) => `a secret is in ${place}`),
    ...evidence.errors.map((error) => `the simulator failed: ${error}`),
  ];
}

/** Calls that may touch tenants, in order of arrival. */
export function calls({ journal }: Pick<Evidence, 'journal'>): JournalEntry[] {
  return journal.filter((entry) => entry.where === 'control-plane' && entry.dryRun === false);
}

/** Deploy that a call belongs to, by its idempotency key. */
export function deployOf(call: JournalEntry): string {
  return call.idempotencyKey?.split('/').slice(0, 3).join('/') ?? 'nobody';
}

/** Each epoch is one deploy's, and what it moves never comes behind the next one's. */
function oneAtATime({ journal, moves }: Evidence): string[] {
  const found: string[] = [];
  const owner = new Map<number, string>();
  const bySeq = new Map<number, JournalEntry>();
  for (const call of calls({ journal })) {
    bySeq.set(call.seq, call);
    if (call.epoch === undefined) found.push(`call ${call.seq} carries no epoch`);
    else {
      const known = owner.get(call.epoch) ?? deployOf(call);
      owner.set(call.epoch, known);
      if (known !== deployOf(call))
        found.push(`epoch ${call.epoch} belongs to ${known} and ${deployOf(call)}`);
    }
  }
  const sent = [...bySeq.values()];
  for (const [index, call] of sent.entries()) {
    const former = sent[index - 1];
    if (former === undefined || deployOf(former) === deployOf(call) || call.status === 409) continue;
    if ((former.endAt ?? Infinity) > call.at)
      found.push(`call ${call.seq} began while call ${former.seq} of another deploy was out`);
  }
  let highest = 0;
  for (const move of moves) {
    const epoch = move.seq === undefined ? undefined : bySeq.get(move.seq)?.epoch;
    if (epoch === undefined) continue;
    if (epoch < highest)
      found.push(`${move.slug} was moved under epoch ${epoch} after epoch ${highest} had moved tenants`);
    highest = Math.max(highest, epoch);
  }
  return found;
}

function epochsNeverFall(evidence: Evidence): string[] {
  let highest = 0;
  return calls(evidence).flatMap(({ seq, epoch = 0, status }) => {
    // A call of a worker that was frozen may come late; then the control plane refuses it.
    if (epoch < highest && status !== 409) return [`call ${seq} has epoch ${epoch} after ${highest}`];
    highest = Math.max(highest, epoch);
    return [];
  });
}

/** Who was ready earlier, and asked the lock earlier, is granted earlier; urgent ones and rollbacks aside. */
function queueOrder({ lock, deploys }: Evidence): string[] {
  const found: string[] = [];
  const left = new Set(lock.filter(({ kind }) => kind === 'withdraw').map(({ workflowId }) => workflowId));
  const asked = [
    ...new Map(
      lock
        .filter(isPlain)
        .reverse()
        .map((one) => [one.workflowId, one]),
    ).values(),
  ]
    .reverse()
    .filter(({ workflowId }) => !left.has(workflowId));
  const epochs = new Map(deploys.map(({ workflowId, result }) => [workflowId, result?.epoch]));
  for (const [index, earlier] of asked.entries())
    for (const later of asked.slice(index + 1)) {
      const [first, second] = [epochs.get(earlier.workflowId), epochs.get(later.workflowId)];
      if (first === undefined || second === undefined) continue;
      if (earlier.readyAt < later.readyAt && first > second)
        found.push(
          `${later.workflowId} was granted before ${earlier.workflowId}, which was ready and asked earlier`,
        );
    }
  return found;
}

function isPlain({ kind, first }: Evidence['lock'][number]): boolean {
  return kind === 'request' && !first;
}

function everyEndIsAllowed(evidence: Evidence): string[] {
  return evidence.deploys.flatMap((deploy) => {
    const problem = problemOf(evidence, deploy);
    return problem === undefined ? [] : [`${deploy.workflowId}: ${problem}`];
  });
}

/** What is wrong with how a deploy ended, by the facts of its run. */
function problemOf(
  evidence: Evidence,
  { workflowId, sha, result, stuck }: DeployEvidence,
): string | undefined {
  if (result === undefined) return `came to no end: ${stuck}`;
  const { plan, shas, wheel } = evidence;
  const { outcome, reason } = result;
  const own = calls(evidence).filter((call) => deployOf(call) === workflowId);
  const steered = wheel.filter((one) => one.workflowId === workflowId).map((one) => one.command);
  const isSwitched = plan.wheel?.command === 'switch';
  const variableFault = plan.hardships.some(({ fault }) => fault.where === 'forge.variable');
  switch (outcome) {
    case 'deployed':
      return undefined;
    case 'superseded': {
      const newer = shas.slice(shas.indexOf(sha) + 1);
      return steered.includes('supersede') ||
        newer.some((other) => result.supersededBy?.startsWith(other.slice(0, 7)))
        ? undefined
        : `superseded, and nothing is newer (${reason})`;
    }
    case 'disabled':
      if (!isSwitched) return 'disabled, and the kill switch was never on';
      return own.length === 0 ? undefined : `disabled after ${own.length} calls`;
    case 'halted':
      return steered.length > 0 || isSwitched || variableFault ? undefined : `halted by nobody (${reason})`;
    case 'rolled_back':
      return steered.includes('rollback') ? undefined : 'rolled back by nobody';
    case 'failed':
      return mayFail(evidence) || (steered.includes('rollback') && cannotBeUndone(evidence, sha))
        ? undefined
        : `failed, and nothing lasting was wrong (${reason})`;
    case 'dry_run':
      return 'a dry run that nobody asked for';
  }
}

/** Tenants that gave no answer when they were asked what they ran before cannot be taken back to that. */
function cannotBeUndone({ deploys }: Evidence, sha: string): boolean {
  return deploys.some((one) => one.sha === sha && one.result?.former.some((former) => former.sha === null));
}

function mayFail({ plan }: Evidence): boolean {
  const stragglers = new Set(plan.hardships.flatMap(({ straggler }) => straggler ?? []));
  return plan.hardships.some((one) => one.mayFail) || stragglers.size > 1;
}

/** What tenants ran at a time, ms since the epoch, by what they ran at first and every move since. */
function runningAt({ initialSha, moves, tenants }: Evidence, at: number): Map<string, string> {
  const running = new Map(tenants.map((slug) => [slug, initialSha]));
  for (const move of moves) if (move.at <= at && running.has(move.slug)) running.set(move.slug, move.to);
  return running;
}

function deployedMeansEverybody(evidence: Evidence): string[] {
  return evidence.deploys.flatMap(({ workflowId, sha, result }) => {
    if (result?.outcome !== 'deployed') return [];
    const aside = new Set(result.tenants.quarantined);
    // A tenant that was swapped answers with its old SHA until it has settled.
    const at = Date.parse(result.finishedAt) - evidence.plan.settleMs;
    const found = [...runningAt(evidence, at)].filter(
      ([slug, running]) => running !== sha && !aside.has(slug),
    );
    const tooMany = aside.size > 1 || aside.has('hongming');
    return [
      ...found.map(
        ([slug, running]) => `${workflowId} ended deployed while ${slug} ran ${running.slice(0, 7)}`,
      ),
      ...(tooMany ? [`${workflowId} quarantined ${[...aside].join(', ')}`] : []),
    ];
  });
}

/** After a rollback nobody runs the release, those aside that it names as not proven. */
function rolledBackMeansEverybody(evidence: Evidence): string[] {
  return evidence.deploys.flatMap(({ workflowId, sha, result }) => {
    if (result?.outcome !== 'rolled_back') return [];
    return [...runningAt(evidence, Date.parse(result.finishedAt))].flatMap(([slug, running]) =>
      running === sha && !result.reason.includes(slug)
        ? [`${workflowId} ended rolled_back to before ${tagOf('staging-{sha7}', sha)} while ${slug} ran it`]
        : [],
    );
  });
}

/** I-32: between the receipt of a halt and the next command no call starts. */
function quietAfterAReceipt(evidence: Evidence): string[] {
  return evidence.wheel.flatMap(({ workflowId, command, receiptAt, nextAt = Infinity }) =>
    command !== 'halt' || receiptAt === undefined
      ? []
      : calls(evidence)
          .filter((call) => deployOf(call) === workflowId && call.at > receiptAt && call.at < nextAt)
          .map((call) => `call ${call.seq} started ${call.at - receiptAt} ms after the receipt of a halt`),
  );
}

/** I-31: a tenant is not called twice by one deploy for one tag, unless it was asked in between. */
function askedBeforeSentAgain(evidence: Evidence): string[] {
  const found: string[] = [];
  const last = new Map<string, number>();
  const asked = new Map<string, number>();
  for (const entry of evidence.journal) {
    if (entry.where === 'tenant') asked.set(entry.slugs?.[0] ?? '', entry.seq);
    if (entry.where !== 'control-plane' || entry.dryRun !== false) continue;
    for (const slug of entry.slugs ?? []) {
      const key = `${deployOf(entry)} ${entry.targetTag} ${slug}`;
      const before = last.get(key);
      if (before !== undefined && (asked.get(slug) ?? 0) < before)
        found.push(`call ${entry.seq} sends to ${slug} again without asking it first`);
      last.set(key, entry.seq);
    }
  }
  return found;
}
