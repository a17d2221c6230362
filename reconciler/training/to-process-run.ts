/** The part of a process's result that is kept. */
import type { ProcessRun } from '../core/training-run.ts'
import type { ProcessResult } from './processes/run-process.ts'

export function toProcessRun({ command, end, durationMs, peakMemoryBytes, logTail }: ProcessResult): ProcessRun {
  return { command, end, durationMs, peakMemoryBytes, logTail }
}
