/** Prints what a command threw: one line and a hint; the stack only when asked for. Knows nothing of where it comes from. */
import { MainwardError, messageOf } from '../core/error.ts'
import type { ExitCode } from './command.ts'
import type { Terminal } from './context.ts'

/** Says what went wrong and returns the exit code: 2 for wrong use, 1 for everything else. */
export function reportFailure(terminal: Terminal, thrown: unknown, verbose: boolean): ExitCode {
  const known = thrown instanceof MainwardError
  const message = known ? thrown.message : `unexpected: ${messageOf(thrown)}`
  const hint = known ? thrown.hint : 'this is a defect of mainward: --verbose prints the stack'
  terminal.writeError(`${terminal.style('red', 'error:')} ${message}\n`)
  if (hint !== undefined) terminal.writeError(`hint: ${hint}\n`)
  if (verbose) terminal.writeError(`${describeStack(thrown)}\n`)
  return known && thrown.code === 'usage' ? 2 : 1
}

function describeStack(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  const cause = thrown.cause === undefined ? '' : `\ncaused by: ${describeStack(thrown.cause)}`
  return `${thrown.stack ?? thrown.message}${cause}`
}
