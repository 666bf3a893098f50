// `npm run cluster`: a cluster until Ctrl-C (or SIGTERM).
import { once } from 'node:events';
import { GreenlaneError } from '../../errors.ts';
import { startCluster } from './index.ts';

try {
  const cluster = await startCluster();
  console.log(`PostgreSQL at ${cluster.database}, Temporal at ${cluster.address}, namespace ${cluster.namespace}.
Use it from another terminal:  export TEMPORAL_ADDRESS=${cluster.address}
Ctrl-C ends it and removes everything.`);
  // A promise keeps no process alive.
  const alive = setInterval(() => {}, 60_000);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  clearInterval(alive);
  await cluster.stop();
} catch (error) {
  if (!(error instanceof GreenlaneError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
