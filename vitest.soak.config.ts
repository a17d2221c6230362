import { defineConfig } from 'vitest/config'
import shared from './vitest.config.ts'

/** `npm run soak`: what takes hours. The same preparation as `npm test`, with its own tests and no hurry. */
export default defineConfig({
  test: {
    globalSetup: shared.test?.globalSetup ?? [],
    include: ['test/soak/**/*.test.ts'],
    testTimeout: 12 * 3_600_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
})
