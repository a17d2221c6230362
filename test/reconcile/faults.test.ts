/** A fault at every effect boundary of the reconciler: each run ends as the undisturbed one does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPool } from '../../reconciler/database/pool.ts'
import { createTestDatabase } from '../support/database.ts'
import { removeFolder } from '../support/git-repositories.ts'
import { Crash, failAt, type FaultPlan, type FaultPoint, type FaultyPorts } from './support/faults.ts'
import { createSampleRepository, type Outcome, runScenario, type SampleRepository } from './support/scenario.ts'
import { MainwardError } from '../../reconciler/core/error.ts'

let sample: SampleRepository
let undisturbed: FinishedRun

interface FinishedRun {
  readonly outcome: Outcome
  readonly calls: readonly FaultPoint[]
  readonly failed: readonly FaultPoint[]
}

const none: FaultPlan = { points: [], when: 'before', kind: 'crash' }

beforeAll(async () => {
  sample = createSampleRepository()
  undisturbed = await run(none)
})

afterAll(() => removeFolder(sample.folder))

async function run(plan: FaultPlan): Promise<FinishedRun> {
  const database = await createTestDatabase()
  const pool = openPool(database.url, { applicationName: 'faults', size: 3 })
  const seen: { faulty: FaultyPorts | null } = { faulty: null }
  try {
    const outcome = await runScenario({
      pool,
      sample,
      wrap: (ports) => (seen.faulty = failAt(ports, plan)).ports,
      isFatal: (thrown) => thrown instanceof Crash || (thrown instanceof MainwardError && thrown.code === 'database-unavailable'),
    })
    return { outcome, calls: seen.faulty?.calls ?? [], failed: seen.faulty?.failed ?? [] }
  } finally {
    await pool.end()
    await database.drop()
  }
}

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

const isWrite = ({ method }: FaultPoint): boolean => /\.(write|add|keep|put|append|ensure|mark|refuse|import|forget)/.test(method)

/** Each run fails at many places; together they fail at every call of the undisturbed run. */
const runs = (['crash', 'error'] as const).flatMap((kind) =>
  (['before', 'after'] as const).flatMap((when) => {
    const count = when === 'before' ? 16 : 8
    return Array.from({ length: count }, (_, part) => ({ kind, when, part, count }))
  }),
)

describe('with faults', () => {
  it.each(runs)(
    'a $kind $when its effect ends in the same state and history ($part of $count)',
    async ({ kind, when, part, count }) => {
      const candidates = when === 'before' ? undisturbed.calls : undisturbed.calls.filter(isWrite)
      const points = candidates.filter((_, index) => index % count === part)
      const { outcome, failed } = await run({ points, when, kind })
      expect(failed.length).toBeGreaterThan(points.length / 2)
      expect(outcome).toEqual(undisturbed.outcome)
    },
  )
})
