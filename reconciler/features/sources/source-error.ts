/** The one error of sources: always with the source's name and what to do. */
import { MainwardError } from '../../core/error.ts'

/** `source-unusable`: what was expected, what was found, where. */
export function sourceError(source: string, problem: string, hint: string, cause?: unknown): MainwardError {
  return new MainwardError('source-unusable', `source ${source}: ${problem}`, { hint, ...(cause === undefined ? {} : { cause }) })
}
