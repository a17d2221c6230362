/** Tells what the engine refused, which is a result, from what ended it, which is none. */
import { MainwardError } from '../../core/error.ts'

/** The first thing that was said, without the statement that we made. Throws again what is no refusal. */
export function refusalOf(thrown: unknown): string {
  if (!(thrown instanceof MainwardError)) throw thrown
  if (thrown.code === 'invalid-input') return thrown.message
  if (thrown.code !== 'engine-failed') throw thrown
  return thrown.message.split('\n')[0] ?? thrown.message
}
