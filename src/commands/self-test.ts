import { GreenlaneError } from '../errors.ts';
import { configPath, loadFleet, type CommandContext, type GlobalOptions } from './context.ts';
import { run as lint } from './lint.ts';

/**
 * `greenlane self-test`, for the step before a deploy: checks the whole configuration with the environment laid over
 * it, and lints the repository. Both are always looked at. Exit as `lint`; 2 for a configuration that cannot be used.
 */
export async function run(options: GlobalOptions, context: CommandContext): Promise<number> {
  const problem = configurationProblem(options, context);
  if (problem === undefined) context.stderr(`configuration: ${configPath(options, context)} can be used\n`);
  else context.stderr(`greenlane: ${problem}\n`);
  try {
    const exit = await lint(options, context);
    return problem === undefined ? exit : 2;
  } catch (error) {
    if (!(error instanceof GreenlaneError)) throw error;
    // The linter reads the same file: what is wrong with it was said above.
    if (error.message !== problem) context.stderr(`greenlane: ${error.message}\n`);
    return 2;
  }
}

function configurationProblem(options: GlobalOptions, context: CommandContext): string | undefined {
  try {
    loadFleet(options, context);
    return undefined;
  } catch (error) {
    if (error instanceof GreenlaneError) return error.message;
    throw error;
  }
}
