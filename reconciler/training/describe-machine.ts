/** The machine that a run had, as far as it may use it. */
import { availableParallelism, cpus, totalmem } from 'node:os'
import type { TrainingMachine } from '../core/training-run.ts'

/** Memory is what the machine has, or what the container may have where that is less. */
export function describeMachine(): TrainingMachine {
  const allowed = process.constrainedMemory()
  return {
    cpus: availableParallelism(),
    cpuModel: cpus()[0]?.model ?? 'unknown',
    memoryBytes: allowed > 0 ? Math.min(allowed, totalmem()) : totalmem(),
  }
}
