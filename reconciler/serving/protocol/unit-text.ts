/** Reads a unit: what is assigned to an arm. Every protocol means the same unit by the same text. */
import { MainwardError } from '../../core/error.ts'
import { describe } from '../../inference/rows/cell.ts'

/** A number is its decimal text; null, nothing and the empty string are no unit. Throws `invalid-input` for anything else. */
export function unitText(value: unknown, largestLength: number, place: string): string | null {
  if (value === undefined || value === null || value === '') return null
  if (typeof value === 'number' && Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value)))
    return String(value)
  if (typeof value !== 'string')
    throw invalid(`${place}: expected a string or a number that JSON does not round, found ${describe(value)}`)
  if (value.length > largestLength) throw invalid(`${place}: a unit may have ${largestLength} characters, found ${value.length}`)
  return value
}

function invalid(message: string): MainwardError {
  return new MainwardError('invalid-input', message)
}
