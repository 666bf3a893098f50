import { ForgeError } from '../forge/index.ts';
import { UsageError } from '../errors.ts';
import { sameSha } from '../rollout/sha.ts';
import { text } from '../config/environment.ts';
import { loadFleet, type CommandContext, type GlobalOptions } from './context.ts';
import { forgeOf } from './forge.ts';

const STILL_LATEST = 10;

/**
 * Prints the branch's head when the SHA is an ancestor of it. Exit 0: superseded; 10: still the latest, or nobody can
 * tell, since not knowing must not keep a deploy from going out (contract; I-01).
 */
export async function run(
  options: GlobalOptions & { readonly sha?: string },
  context: CommandContext,
): Promise<number> {
  const { fleet } = loadFleet(options, context);
  const sha = options.sha?.trim() ?? text(context.env, 'GITHUB_SHA') ?? '';
  if (!/^[0-9a-f]{7,40}$/i.test(sha))
    throw new UsageError(`--sha: expected 7 to 40 hex digits, got ${JSON.stringify(sha.slice(0, 60))}`);
  const forge = forgeOf(fleet, context);
  try {
    const head = await forge.branchHead(fleet.file.branch);
    if (sameSha(head, sha)) return STILL_LATEST;
    const [ahead, behind] = [await forge.commitsAhead(sha, head), await forge.commitsAhead(head, sha)];
    if (ahead === 'unknown-commit' || behind !== 0 || ahead === 0) {
      context.stderr(`greenlane: ${sha} is not an ancestor of ${head}, or the forge does not know it\n`);
      return STILL_LATEST;
    }
    context.stdout(`${options.json === true ? JSON.stringify({ sha, superseded_by: head }) : head}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof ForgeError)) throw error;
    context.stderr(`greenlane: ${error.message} Not knowing counts as still the latest.\n`);
    return STILL_LATEST;
  }
}
