import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { defineConfig } from 'vitest/config'
import { longFirst } from './test/support/long-first.ts'

/** What takes moments: its files follow each other in one process, which saves a sixth of their time. They leave nothing behind in it. */
const quick = [
  'bucketing',
  'core',
  'expressions',
  'gates',
  'inference',
  'manifests',
  'profiles',
  'reports',
  'rollout',
  'rules',
  'serving/{assembly,features,metrics,outcomes,primary,protocol,releases,routing}',
  'statistics',
  'training/{log,outcome,runs}',
].map((room) => `test/${room}/**/*.test.ts`)

/** What they do has a time of its own, by the clock: beside what computes on all processors some would fail now and then. */
const timed = [
  'cli/process',
  'e2e/database',
  'e2e/kills',
  'e2e/leadership',
  'features/engine/*',
  'features/join/threads',
  'features/materialise/bad-days',
  'git/remote-faults',
  'reconcile/source/*',
  'serving/attack/*',
  'serving/grpc/hostile',
  'serving/load/{apart,drain,outage}',
  'serving/processes/*',
  'serving/recording/*',
  'supervisor/*',
].map((name) => `test/${name}.test.ts`)

/** They load the whole machine and measure what it does: beside others they would wait for each other. */
const alone = ['test/serving/load/full-load.test.ts', 'test/load/load-generator.test.ts']

const shared = { testTimeout: 180_000, hookTimeout: 240_000, setupFiles: 'test/support/seed-properties.ts' }

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return longFirst(await super.sort(files), {
      pathOf: ({ moduleId }) => moduleId,
      isShort: ({ project }) => project.name === 'quick',
    })
  }
}

export default defineConfig({
  test: {
    globalSetup: ['test/support/build.ts', 'test/support/database-server.ts'],
    reporters: ['default', ['json', { outputFile: 'node_modules/.cache/test-results.json' }]],
    sequence: { sequencer: LongFirst },
    // On the smallest machine, two processors: a sixth of the time many tests wait for a process or for a clock.
    maxWorkers: 3,
    projects: [
      {
        test: {
          ...shared,
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: ['test/bench/**', 'test/soak/**', ...quick, ...timed, ...alone],
        },
      },
      { test: { ...shared, name: 'quick', include: quick, isolate: false } },
      { test: { ...shared, name: 'timed', include: timed, maxWorkers: 2, sequence: { groupOrder: 1 } } },
      { test: { ...shared, name: 'alone', include: alone, maxWorkers: 1, sequence: { groupOrder: 2 } } },
    ],
  },
})
