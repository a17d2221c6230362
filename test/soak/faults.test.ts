/** Every single fault of the reconciler on its own: thousands of runs, for `npm run soak`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FinishedRun, isWrite, noFaults, runWithFaults } from '../reconcile/support/fault-run.ts'
import { createSampleRepository, type SampleRepository } from '../reconcile/support/scenario.ts'
import { removeFolder } from '../support/git-repositories.ts'

let sample: SampleRepository
let undisturbed: FinishedRun

beforeAll(async () => {
  sample = createSampleRepository()
  undisturbed = await runWithFaults(sample, noFaults)
})

afterAll(() => removeFolder(sample.folder))

const sorts = (['crash', 'error'] as const).flatMap((kind) => (['before', 'after'] as const).map((when) => ({ kind, when })))

describe('one fault in a run', () => {
  it.each(sorts)(
    'a $kind $when its effect, at every call in turn, ends in the same state and history',
    async ({ kind, when }) => {
      const points = when === 'before' ? undisturbed.calls : undisturbed.calls.filter(isWrite)
      for (const point of points) {
        const { outcome, failed } = await runWithFaults(sample, { points: [point], when, kind })
        expect(failed, `${point.method} ${point.count}`).toEqual([point])
        expect(outcome, `${point.method} ${point.count}`).toEqual(undisturbed.outcome)
      }
    },
  )
})
