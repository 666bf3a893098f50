import { findOnPath } from './executables.mjs';
import { lastLines, run } from './run.mjs';
import { SetupError } from './setup-error.mjs';

/**
 * Builds a Go program into a directory, without symbols and debug information (a seventh of the size).
 * @param {string} program `github.com/temporalio/cli/cmd/temporal@v1.5.1`
 * @param {string} directory absolute
 * @param {NodeJS.ProcessEnv} [env]
 * @throws {SetupError} with the compiler's last lines
 */
export async function goInstall(program, directory, env = process.env) {
  const go = findOnPath('go', env);
  if (go === undefined) throw new SetupError(`\`go\` is not on PATH: ${program} cannot be built.`);
  const { code, output } = await run(go, ['install', '-ldflags', '-s -w', program], {
    env: { ...env, GOBIN: directory },
    cwd: directory,
  });
  if (code === 0) return;
  throw new SetupError(`\`go install ${program}\` failed:\n${lastLines(output)}`);
}
