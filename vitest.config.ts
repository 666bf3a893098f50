import { dirname, join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Folders of tests that run whole deploys, the longest first: begun last, they would keep one core waiting for the other. */
const LONGEST = ['faults', 'runbooks', 'e2e', 'observability', 'lock', 'worker', 'incidents', 'steering'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.findIndex((name) => dirname(moduleId).endsWith(join('test', name)));
      return at < 0 ? LONGEST.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/scratch.ts',
    // Far above what any of them takes: on a busy machine each is ten times as long, and red only for what is wrong.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // A second, which is the default, passes on a busy machine before anything has happened.
    expect: { poll: { timeout: 15_000 } },
    // Two cores: whole deploys wait for servers and timers often enough for a third file beside them.
    maxWorkers: 3,
    // Temporal servers live for a file: they need not collect their garbage as often, which is a tenth of their work.
    env: { GOGC: process.env['GOGC'] ?? '400' },
    // The SDK is loaded once per process, not once per file. Tests share nothing that one of them changes.
    isolate: false,
    // Servers, workers and browsers of other tests can starve one: it is tried once more, and named by `npm test`.
    // What is tried at random is not: another seed would hide what this one found.
    retry: { count: 1, condition: /^(?!Property failed|case \d)/ },
    sequence: { sequencer: LongestFirst },
  },
});
