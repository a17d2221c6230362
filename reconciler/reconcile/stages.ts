/** What every stage of a pass gets, and how its failure is kept. */
import { MainwardError, messageOf } from '../core/error.ts'
import type { Logger } from '../core/log.ts'
import type { Memory, StageFailure } from './memory.ts'
import type { ReconcilePorts } from './ports.ts'

/** Absolute folders that a relative artifact store starts from. */
export interface StoreFolders {
  /** The repository's work tree; of a remote: the state folder. */
  readonly baseFolder: string
  /** `.mainward/…` lies in here, wherever the state folder is. */
  readonly stateFolder: string
}

export interface ReconcileSettings extends StoreFolders {
  readonly environment: string
  /** Manual: `POST /api/v1/clock` moves the data clock; wall: it is the time of day. */
  readonly dataClock: 'wall' | 'manual'
  /** ISO 8601: where a manual clock begins that was never moved; null: it waits to be moved. */
  readonly dataStart: string | null
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
 * Runs one stage. A failure is kept for the conditions, and the pass goes on: the other stages do what they can. A lost
 * leadership and a database that is away end the pass. A bug is a failure too, with its stack in the log.
 */
export async function runStage(name: string, stage: Stage, pass: Pass): Promise<boolean> {
  try {
    await stage(pass)
    pass.memory.failures.delete(name)
    return true
  } catch (thrown) {
    if (endsThePass(thrown)) throw thrown
    const failure = describeFailure(name, thrown)
    if (pass.memory.failures.get(name)?.message !== failure.message) logFailure(pass.log, failure, thrown)
    pass.memory.failures.set(name, failure)
    return false
  }
}

/** True for what no stage can go on from. */
export function endsThePass(thrown: unknown): boolean {
  return thrown instanceof MainwardError && (thrown.code === 'leadership-lost' || thrown.code === 'database-unavailable')
}

export function describeFailure(stage: string, thrown: unknown): StageFailure {
  if (!(thrown instanceof MainwardError)) {
    return { stage, reason: 'internal-error', message: `unexpected: ${messageOf(thrown)}; the log has the stack` }
  }
  const message = thrown.hint === undefined ? thrown.message : `${thrown.message}; ${thrown.hint}`
  return { stage, reason: thrown.code, message }
}

export function logFailure(log: Logger, { stage, reason, message }: StageFailure, thrown: unknown): void {
  if (thrown instanceof MainwardError) log.warn({ stage, code: reason }, message)
  else log.error({ stage, err: thrown }, message)
}
