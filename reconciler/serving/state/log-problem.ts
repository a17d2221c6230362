/** How a trouble that comes and goes is logged: once when it begins, and once when it is over. */
import type { Logger } from 'pino'

/** `message` is null when it works again. */
export function logProblem(log: Logger, what: string, message: string | null): void {
  if (message === null) log.info(`it works again: ${what}`)
  else log.warn({ reason: message }, what)
}
