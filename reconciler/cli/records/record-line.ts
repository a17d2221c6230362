/** One line of records as an object, and what is said of a line that is none. Pure. */
import { MainwardError, messageOf } from '../../core/error.ts'

/** `place` is for messages. Throws `invalid-input`. */
export function parseRecordLine(line: string, place: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line)
    if (isObject(value)) return value
  } catch (cause) {
    throw new MainwardError('invalid-input', `${place} expected one JSON object: ${messageOf(cause)}`, { cause })
  }
  throw new MainwardError('invalid-input', `${place} expected one JSON object`)
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

/** `expected` begins with the member. */
export function wrongMember(place: string, expected: string, found: unknown): MainwardError {
  return new MainwardError('invalid-input', `${place} ${expected}, found ${JSON.stringify(found) ?? 'nothing'}`)
}
