/** What DuckDB said, as an error of the engine: which failures are limits, and what to do about them. Knows no statement. */
import { MainwardError, messageOf } from '../../core/error.ts'

export function explainFailure(thrown: unknown): MainwardError {
  const message = messageOf(thrown)
  const firstLine = message.split('\n')[0] ?? ''
  if (/max_temp_directory_size/.test(message)) {
    // DuckDB takes what is free on the disk for the limit when it is less.
    const hint = 'make room in the folder that the engine spills to, allow more spill, or read fewer rows'
    return limit(`the statement spills more to disk than is allowed, or than is free: ${firstLine}`, hint)
  }
  if (/No space left on device/i.test(message)) {
    return limit(`the disk is full: ${firstLine}`, 'make room in the folder that the engine spills to')
  }
  if (/^Out of Memory Error|bad_alloc/.test(message)) {
    return limit(`the statement needs more memory than is allowed: ${firstLine}`, 'allow more memory, or read fewer rows')
  }
  return new MainwardError('engine-failed', message)
}

function limit(message: string, hint: string): MainwardError {
  return new MainwardError('engine-limit', message, { hint })
}
