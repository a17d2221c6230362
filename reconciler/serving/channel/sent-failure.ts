/** A failure on its way to another process: what a person or a caller needs of it. Pure. */
import { MainwardError, messageOf } from '../../core/error.ts'
import type { SentFailure } from './messages.ts'

/** A defect keeps its stack, as text. */
export function packFailure(error: unknown): SentFailure {
  if (error instanceof MainwardError) {
    const { code, message, hint = null, retry } = error
    return { code, message, hint, retry }
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : messageOf(error)
  return { code: null, message, hint: null, retry: 'never' }
}

export function unpackFailure({ code, message, hint, retry }: SentFailure): Error {
  if (code === null) return new Error(message)
  return new MainwardError(code, message, hint === null ? { retry } : { retry, hint })
}
