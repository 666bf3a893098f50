import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/scratch.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two cores: a Temporal server and a worker per file are plenty.
    maxWorkers: 2,
    reporters: process.env['CI'] ? ['default'] : ['default'],
  },
});
