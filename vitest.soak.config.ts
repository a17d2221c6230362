import { defineConfig } from 'vitest/config'
import shared from './vitest.config.ts'

/** `npm run soak`: what takes hours. The same parts as `npm test`, with its own tests and no hurry. */
export default defineConfig({
  test: { ...shared.test, include: ['test/soak/**/*.test.ts'], exclude: [], testTimeout: 12 * 3_600_000 },
})
