import { defineConfig } from 'vitest/config';

/** Tests that need a Temporal server on PostgreSQL: `npm run test:cluster`. One cluster at a time. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/**/*.cluster.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
