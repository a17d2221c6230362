/** A fault at every effect boundary of the reconciler: each run ends as the undisturbed one does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPool } from '../../reconciler/database/pool.ts'
import { createTestDatabase } from '../support/database.ts'
import { removeFolder } from '../support/git-repositories.ts'
import { Crash, failAt, type FaultPoint } from './support/faults.ts'
import { createSampleRepository, type Outcome, runScenario, type SampleRepository } from './support/scenario.ts'
import { MainwardError } from '../../reconciler/core/error.ts'

let sample: SampleRepository
let undisturbed: { readonly outcome: Outcome; readonly calls: readonly string[] }

beforeAll(async () => {
  sample = createSampleRepository()
  undisturbed = await run(null, 'crash')
})

afterAll(() => removeFolder(sample.folder))

async function run(
  point: FaultPoint | null,
  kind: 'crash' | 'error',
): Promise<{ readonly outcome: Outcome; readonly calls: readonly string[]; readonly failed: string | null }> {
  const database = await createTestDatabase()
  const pool = openPool(database.url, { applicationName: 'faults', size: 3 })
  const seen: { calls: readonly string[]; failed: () => string | null } = { calls: [], failed: () => null }
  try {
    const outcome = await runScenario({
      pool,
      sample,
      wrap: (ports) => {
        const faulty = failAt(ports, point, kind)
        seen.calls = faulty.calls
        seen.failed = faulty.failed
        return faulty.ports
      },
      isFatal: (thrown) => thrown instanceof Crash || (thrown instanceof MainwardError && thrown.code === 'database-unavailable'),
    })
    return { outcome, calls: seen.calls, failed: seen.failed() }
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
        "loan-approval Started",
        "flight-delay Succeeded",
        "loan-approval Succeeded",
        "flight-delay Started",
        "flight-delay StepReached",
        "flight-delay RolledBack",
        "flight-delay Retried",
        "flight-delay StepReached",
        "flight-delay StepReached",
        "flight-delay StepReached",
        "flight-delay Succeeded",
        "flight-delay Started",
        "flight-delay RolledBack",
        "loan-approval Removed",
        "flight-delay Started",
        "loan-approval Started",
        "flight-delay Succeeded",
        "loan-approval Succeeded",
      ]
    `)
    expect(undisturbed.outcome.branchHoldsHistory).toBe(true)
  })
})
