import { leaveTurns } from '../activities/turn.ts';
import { createWorker } from '../worker.ts';
import { configPath, type CommandContext, type GlobalOptions } from './context.ts';

/** Runs the worker until SIGTERM or SIGINT; calls that are out are waited for before it ends. */
export async function run(options: GlobalOptions, context: CommandContext): Promise<number> {
  const { worker, announce, stop, close } = await createWorker({
    configFile: configPath(options, context),
    env: context.env,
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      stop(signal);
      leaveTurns();
    });
  try {
    const running = worker.run();
    announce();
    await running;
  } finally {
    await close();
  }
  return 0;
}
