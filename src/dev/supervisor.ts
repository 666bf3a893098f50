import type { ServerProcess } from './server-process.ts';
import type { Stack } from './stack.ts';

/** Keeps one worker running, as a service manager would: kill it, and the next one goes on where it was. */
export async function superviseWorker(
  stack: Stack,
  say: (text: string) => void,
): Promise<{ pid: () => number; stop: () => void }> {
  let worker: ServerProcess = await stack.startWorker();
  let stopped = false;
  void (async () => {
    for (;;) {
      await worker.ended;
      if (stopped) return;
      say(`the worker (pid ${worker.pid}) is gone; starting another`);
      try {
        worker = await stack.startWorker();
        say(`worker pid ${worker.pid} polls the lane`);
      } catch (error) {
        if (!stopped)
          say(`no worker could be started: ${error instanceof Error ? error.message : String(error)}`);
        return;
      }
    }
  })();
  return { pid: () => worker.pid, stop: () => void (stopped = true) };
}
