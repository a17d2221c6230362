/** A failure of a view or log as the control plane is told of it: plain data. */
import { MainwardError, messageOf } from '../../core/error.ts'

export interface Failure {
  readonly reason: string
  readonly message: string
  /** Of what has no name: a bug. */
  readonly stack?: string
}

export function describeFailure(thrown: unknown): Failure {
  if (thrown instanceof MainwardError) {
    return { reason: thrown.code, message: thrown.hint === undefined ? thrown.message : `${thrown.message}; ${thrown.hint}` }
  }
  const stack = thrown instanceof Error ? thrown.stack : undefined
  return {
    reason: 'internal-error',
    message: `unexpected: ${messageOf(thrown)}; the log has the stack`,
    ...(stack === undefined ? {} : { stack }),
  }
}
