/** What every stage of a pass gets, and how its failure is kept. */
import { MainwardError, messageOf } from '../core/error.ts'
import type { Logger } from '../core/log.ts'
import type { Memory } from './memory.ts'
import type { ReconcilePorts } from './ports.ts'

export interface ReconcileSettings {
  readonly environment: string
  /** Absolute folder that a relative artifact store starts from. */
  readonly baseFolder: string
  /** Pause between two looks at the branch, in milliseconds. */
  readonly pollMs: number
  /** Random share added to the pause, 0 to 1. Injected: no dice here. */
  readonly jitter: () => number
}

export interface Pass {
  readonly ports: ReconcilePorts
  readonly memory: Memory
  readonly settings: ReconcileSettings
  readonly log: Logger
  /** Wall clock at the start of the pass, milliseconds. */
  readonly wallMs: number
  /** Look at the branch even when it is not time yet. */
  readonly fetchNow: boolean
}

export type Stage = (pass: Pass) => Promise<void>

/**
 * Runs one stage. A failure with a known cause is kept for the conditions, and the pass goes on; a lost leadership,
 * a database that is away, and bugs end the pass.
 */
export async function runStage(name: string, stage: Stage, pass: Pass): Promise<boolean> {
  try {
    await stage(pass)
    pass.memory.failures.delete(name)
    return true
  } catch (thrown) {
    if (!(thrown instanceof MainwardError) || thrown.code === 'leadership-lost' || thrown.code === 'database-unavailable')
      throw thrown
    const known = pass.memory.failures.get(name)
    const message = thrown.hint === undefined ? messageOf(thrown) : `${messageOf(thrown)}; ${thrown.hint}`
    if (known?.message !== message) pass.log.warn({ stage: name, code: thrown.code }, message)
    pass.memory.failures.set(name, { stage: name, reason: thrown.code, message })
    return false
  }
}
