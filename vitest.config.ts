import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { defineConfig } from 'vitest/config'
import { longFirst } from './test/support/long-first.ts'

/** They load the whole machine and measure what it does: beside others they would wait for each other. */
const alone = ['test/serving/load/full-load.test.ts', 'test/load/load-generator.test.ts']

const shared = { testTimeout: 180_000, hookTimeout: 240_000, setupFiles: 'test/support/seed-properties.ts' }

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return longFirst(await super.sort(files), ({ moduleId }) => moduleId)
  }
}

export default defineConfig({
  test: {
    globalSetup: ['test/support/build.ts', 'test/support/database-server.ts'],
    reporters: ['default', ['json', { outputFile: 'node_modules/.cache/test-results.json' }]],
    sequence: { sequencer: LongFirst },
    // As many as the smallest machine has processors: with three the whole took a tenth less, and what has times failed now and then.
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...shared,
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: ['test/bench/**', 'test/soak/**', ...alone],
        },
      },
      { test: { ...shared, name: 'alone', include: alone, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
})
