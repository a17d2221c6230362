/** One run of the scenario with faults, on a database of its own. */
import { MainwardError } from '../../../reconciler/core/error.ts'
import { openPool } from '../../../reconciler/database/pool.ts'
import { createTestDatabase } from '../../support/database.ts'
import { Crash, failAt, type FaultPlan, type FaultPoint, type FaultyPorts } from './faults.ts'
import { type Outcome, runScenario, type SampleRepository } from './scenario.ts'

export interface FinishedRun {
  readonly outcome: Outcome
  readonly calls: readonly FaultPoint[]
  readonly failed: readonly FaultPoint[]
}

export const noFaults: FaultPlan = { points: [], when: 'before', kind: 'crash' }

export async function runWithFaults(sample: SampleRepository, plan: FaultPlan): Promise<FinishedRun> {
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

/** A call that changes something: only then does it matter whether it failed before or after its effect. */
export function isWrite({ method }: FaultPoint): boolean {
  return /\.(write|add|keep|put|append|ensure|mark|refuse|import|forget)/.test(method)
}
