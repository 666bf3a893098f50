import { CommanderError } from 'commander';
import type { SimulatorArguments } from './command.ts';
import { optionsFrom, simulatorCommand } from './command.ts';
import { startSimulator } from './simulator.ts';

try {
  const args = simulatorCommand().exitOverride().parse().opts<SimulatorArguments>();
  const sim = await startSimulator(optionsFrom(args, process.env));
  process.stdout.write(`${JSON.stringify(sim.addresses)}\n`);
  const end = (): void => {
    void sim.close().then(() => process.exit(0));
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
} catch (error) {
  // commander has printed its own message already.
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(2);
}
