/** A fault at every effect boundary of the reconciler: each run ends as the undisturbed one does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { removeFolder } from '../support/git-repositories.ts'
import { type FinishedRun, isWrite, noFaults, runWithFaults } from './support/fault-run.ts'
import { createSampleRepository, type SampleRepository } from './support/scenario.ts'

let sample: SampleRepository
let undisturbed: FinishedRun

beforeAll(async () => {
  sample = createSampleRepository()
  undisturbed = await runWithFaults(sample, noFaults)
})

afterAll(() => removeFolder(sample.folder))

describe('an undisturbed run', () => {
  it('goes through the whole story', () => {
    const events = undisturbed.outcome.history.map((line) => JSON.parse(line) as { rollout: string; event: string })
    expect(events.map(({ rollout, event }) => `${rollout} ${event}`)).toMatchInlineSnapshot(`
      [
        "flight-delay Started",
        "flight-delay Succeeded",
        "flight-delay Started",
        "flight-delay StepReached",
        "flight-delay RolledBack",
        "flight-delay Retried",
        "flight-delay StepReached",
        "flight-delay StepReached",
        "flight-delay Succeeded",
        "flight-delay Started",
        "flight-delay RolledBack",
        "flight-delay Started",
        "flight-delay Succeeded",
        "loan-approval Started",
        "loan-approval Succeeded",
        "loan-approval Removed",
        "loan-approval Started",
        "loan-approval Succeeded",
      ]
    `)
    expect(undisturbed.outcome.branchHoldsHistory).toBe(true)
  })
})

/**
 * Each run fails at many places; together they fail at every call of the undisturbed run: before its effect in one of the two ways
 * in turn, after it in both. `npm run soak` fails before each in both.
 */
const runs = (['before', 'after'] as const).flatMap((when) => {
  const count = when === 'before' ? 6 : 3
  return Array.from({ length: count }, (_, part) => part).flatMap((part) =>
    kindsOf(when, part).map((kind) => ({ kind, when, part, count })),
  )
})

function kindsOf(when: 'before' | 'after', part: number): readonly ('crash' | 'error')[] {
  if (when === 'after') return ['crash', 'error']
  return part % 2 === 0 ? ['crash'] : ['error']
}

describe('with faults', () => {
  it.each(runs)(
    'a $kind $when its effect ends in the same state and history ($part of $count)',
    async ({ kind, when, part, count }) => {
      const candidates = when === 'before' ? undisturbed.calls : undisturbed.calls.filter(isWrite)
      const points = candidates.filter((_, index) => index % count === part)
      const { outcome, failed } = await runWithFaults(sample, { points, when, kind })
      expect(failed.length).toBeGreaterThan(points.length / 2)
      expect(outcome).toEqual(undisturbed.outcome)
    },
  )
})
