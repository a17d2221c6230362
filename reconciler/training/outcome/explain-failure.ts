/** Why a trainer, or the tests of its code, did not succeed: one error with the limit, the last lines, and what to do. Pure. */
import { MainwardError } from '../../core/error.ts'
import type { ProcessRun, StopReason, TrainingLimits } from '../../core/training-run.ts'
import { describeEnd } from './describe-end.ts'

export interface EndedProcess {
  /** As messages name it: `the trainer`, `the tests of the trainer's code`. */
  readonly name: string
  readonly run: ProcessRun
  readonly limits: TrainingLimits
}

/** How many of the last lines a message has. */
const shownLines = 10

/** Null: it ended with exit code 0. */
export function explainFailure({ name, run, limits }: EndedProcess): MainwardError | null {
  if (run.end.kind === 'exited' && run.end.code === 0) return null
  if (run.end.kind === 'stopped') return explainStop(name, run, { reason: run.end.reason, limits })
  const hint = hintOf(run)
  return new MainwardError('trainer-failed', `${name} ${describeEnd(run.end)}${lastLines(run)}`, { hint })
}

interface Stop {
  readonly reason: StopReason
  readonly limits: TrainingLimits
}

function explainStop(name: string, run: ProcessRun, { reason, limits }: Stop): MainwardError {
  if (reason === 'cancelled') return new MainwardError('cancelled', `${name} was cancelled, and ended with everything it started`)
  const [found, hint] = passedLimit(run, { reason, limits })
  return new MainwardError('trainer-limit', `${name} ${found}, and was ended with everything it started${lastLines(run)}`, {
    hint,
  })
}

function passedLimit(run: ProcessRun, { reason, limits }: Stop): readonly [string, string] {
  switch (reason) {
    case 'timeout':
      return [
        `took longer than ${Math.round(limits.timeoutMs / 100) / 10} s`,
        'allow more: training.timeout in the model, or find where it hangs',
      ]
    case 'memory':
      return [
        `needed ${inMebibytes(run.peakMemoryBytes ?? 0)} of memory, and may have ${inMebibytes(limits.memoryBytes)}`,
        'allow more: training.memory in the model, or read less at a time',
      ]
    case 'disk':
      return [
        `wrote more than ${inMebibytes(limits.diskBytes)} into its folder`,
        'allow more: training.disk in the model, or remove what is not needed any more while it runs',
      ]
    case 'cancelled':
      return ['was cancelled', 'run it again']
  }
}

export function inMebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MiB`
}

/** What a failing program wrote last is mostly why; where that has a common cause, what to do is known too. */
function hintOf({ end, logTail }: ProcessRun): string {
  const said = logTail.join('\n')
  const module = /ModuleNotFoundError: No module named '?([\w.]+)'?/.exec(said)?.[1] ?? /No module named (\w+)$/m.exec(said)?.[1]
  if (module !== undefined) return `name the package of ${module}, with its version, in requirements.txt beside the trainer`
  if (/No space left on device/.test(said)) return 'make room on the disk and run it again'
  const isKill = end.kind === 'signalled' && end.signal === 'SIGKILL'
  if (isKill || /MemoryError|bad_alloc|Cannot allocate memory/.test(said)) {
    return 'give the machine more memory, or read less at a time; training.memory ends a trainer before the kernel does'
  }
  return 'correct it and train again'
}

function lastLines({ logTail }: ProcessRun): string {
  if (logTail.length === 0) return ', and wrote nothing to its log'
  return `; its last lines:\n${logTail
    .slice(-shownLines)
    .map((line) => `  ${line}`)
    .join('\n')}`
}
