/** The error of features that can not be read now: an outage is no missing value. */
import { MainwardError } from '../../core/error.ts'

export class FeaturesUnavailableError extends MainwardError {
  constructor(message: string, cause?: unknown) {
    super('unavailable', message, { retry: 'backoff', ...(cause === undefined ? {} : { cause }) })
  }
}

/** Of a cause that goes away by itself; anything else is a defect. */
export function isPassing(error: unknown): error is MainwardError {
  return error instanceof MainwardError && error.retry === 'backoff'
}
