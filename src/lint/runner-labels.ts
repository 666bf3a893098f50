import { existsSync } from 'node:fs';
import { DEFAULT_TOKEN_VARIABLES } from '../config/defaults.ts';
import { GreenlaneError } from '../errors.ts';

export interface RunnerQuestion {
  readonly configFile: string;
  readonly fleet: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly warn: (line: string) => void;
}

/** Names under which a run of CI finds the forge's token, besides the one the fleet configures. */
const TOKEN_VARIABLES = ['GITEA_TOKEN', 'FORGEJO_TOKEN', 'GITHUB_TOKEN'];
/** ms; a linter must not wait for a forge that is down. */
const PATIENCE = 5_000;

/**
 * The labels of the runners the forge knows. Undefined when nobody can say: no fleet is configured, no token is in
 * the environment (then nothing is loaded), the forge does not answer (then a warning is given), or it does not
 * show its runners.
 */
export async function askRunnerLabels(question: RunnerQuestion): Promise<readonly string[] | undefined> {
  const { env, configFile } = question;
  const known = [DEFAULT_TOKEN_VARIABLES.forge, ...TOKEN_VARIABLES].some(
    (name) => env[name] !== undefined && env[name] !== '',
  );
  if (!known || !existsSync(configFile)) return undefined;
  try {
    const [{ readConfigFile }, { chooseFleet }, { createForge }] = await Promise.all([
      import('../config/file.ts'),
      import('../config/fleet.ts'),
      import('../forge/index.ts'),
    ]);
    const config = readConfigFile(configFile);
    const fleet = config.fleets[chooseFleet(config, configFile, question.fleet)];
    if (fleet === undefined) return undefined;
    const { kind, url, token } = fleet.forge;
    const read = [token, ...TOKEN_VARIABLES]
      .map((name) => env[name])
      .find((value) => value !== undefined && value !== '');
    if (read === undefined) return undefined;
    const labels = await createForge({ kind, url, repo: fleet.repo, tokens: { read } }).runnerLabels({
      timeoutMs: PATIENCE,
    });
    return labels === 'unknown' ? undefined : labels;
  } catch (error) {
    if (!(error instanceof GreenlaneError)) throw error;
    question.warn(`warning: the labels of the runners are not checked: ${error.message}`);
    return undefined;
  }
}
