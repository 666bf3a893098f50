import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow/data-converter-helpers.js';
import { connect, type TemporalAccess } from '../client/connect.ts';
import { describeDeploy } from '../client/deploys.ts';
import { askLock } from '../client/lane.ts';
import { dataConverterOf } from '../codec/index.ts';
import { text } from '../config/environment.ts';
import { RefusedError, UsageError } from '../errors.ts';
import { say } from '../progress/say.ts';
import { oneLine } from '../safety/neutralise.ts';
import { takeSnapshot } from '../progress/snapshot.ts';
import { workflowUrl } from '../progress/words.ts';
import { fetchChain, readChain } from '../report/history.ts';
import { sameSha } from '../rollout/sha.ts';
import { reportMarkdown } from '../report/markdown.ts';
import { reportPage } from '../report/page.ts';
import type { Story } from '../report/story.ts';
import { storyOf } from '../report/tell.ts';
import { verdictOf } from '../report/verdict.ts';
import { loadFleet, type CommandContext, type GlobalOptions } from './context.ts';
import { findBySha } from './steer.ts';

export interface ReportOptions extends GlobalOptions {
  readonly sha?: string;
  /** Workflow id, for a redeploy or a rollback that has ended. */
  readonly deploy?: string;
  readonly output?: string;
  readonly format?: string;
  readonly history?: readonly string[];
}

/** Writes the report of one deploy: from Temporal, or from histories that were exported from it. */
export async function run(options: ReportOptions, context: CommandContext): Promise<number> {
  const format = formatOf(options);
  const { story, url } =
    options.history === undefined ? await fromTemporal(options, context) : await fromFiles(options, context);
  const made = { now: Date.now(), url };
  const report = format === 'md' ? reportMarkdown(story, made) : `${reportPage(story, made).text}\n`;
  if (options.output === undefined) {
    context.stdout(report);
    return 0;
  }
  try {
    writeFileSync(resolve(context.cwd, options.output), report);
  } catch (error) {
    throw new UsageError(
      `the report cannot be written to ${options.output} (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}): give another file with -o`,
    );
  }
  if (options.json === true)
    context.stdout(`${JSON.stringify({ output: options.output, verdict: verdictOf(story).sentence })}\n`);
  else say(context, options, `${verdictOf(story).sentence} Report: ${options.output}`);
  return 0;
}

async function fromTemporal(
  options: ReportOptions,
  context: CommandContext,
): Promise<{ story: Story; url: string | undefined }> {
  const { fleet } = loadFleet(options, context);
  const access = await connect(context.env);
  try {
    const workflowId = await subjectOf(access, fleet.name, options);
    const [chain, live] = await Promise.all([
      fetchChain(access, workflowId),
      takeSnapshot(access, workflowId, fleet.name),
    ]);
    const story = storyOf(chain, Date.now(), live);
    const uiUrl = text(context.env, 'GREENLANE_UI_URL');
    return { story, url: workflowUrl(uiUrl, access.namespace, workflowId, story.runId) };
  } finally {
    await access.close();
  }
}

/**
 * Workflow id of the deploy to report: the one named; of a SHA its deploy, else the last redeploy or rollback to it; of
 * nothing the holder of the fleet, else the last that was. @throws RefusedError when there is none
 */
async function subjectOf(
  access: TemporalAccess,
  fleet: string,
  { sha, deploy }: ReportOptions,
): Promise<string> {
  if (deploy !== undefined) {
    if ((await describeDeploy(access, deploy)) !== undefined) return deploy;
    throw new RefusedError(
      `there is no deploy ${oneLine(deploy, 120)}; greenlane history --json has the ids of those that ended`,
    );
  }
  if (sha === undefined) {
    const { holder, ledger } = await askLock(access, fleet);
    const last = holder ?? ledger[0];
    if (last !== undefined) return last.workflowId;
    throw new RefusedError(`no deploy holds the fleet ${fleet} or has had it; name one with --sha`);
  }
  try {
    return await findBySha(access, fleet, sha);
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    const { ledger } = await askLock(access, fleet);
    const other = ledger.find((entry) => sameSha(entry.sha, sha));
    if (other === undefined) throw error;
    return other.workflowId;
  }
}

async function fromFiles(
  options: ReportOptions,
  context: CommandContext,
): Promise<{ story: Story; url: undefined }> {
  const files = (options.history ?? []).map((file) => resolve(context.cwd, file));
  const chain = await readChain(files, loadDataConverter(dataConverterOf(context.env)));
  return { story: storyOf(chain, Date.now()), url: undefined };
}

/** @throws UsageError */
function formatOf({ format, output }: ReportOptions): 'html' | 'md' {
  if (format === 'html' || format === 'md') return format;
  if (format !== undefined)
    throw new UsageError(`--format: expected html or md, got ${JSON.stringify(format.slice(0, 40))}`);
  return output !== undefined && /\.(md|markdown)$/i.test(output) ? 'md' : 'html';
}
