/** One run from its first line to its record: begins the bundle, runs the tests of the code, then the trainer, and closes the bundle. */
import { toInstant, type Clock } from '../core/clock.ts'
import { MainwardError, messageOf } from '../core/error.ts'
import type { TrainingRun, TrainingRunEnd, TrainingRunStart } from '../core/training-run.ts'
import { describeMachine } from './describe-machine.ts'
import { openBoundedLog, type BoundedLog } from './log/bounded-log.ts'
import { runPipelineTests, type PipelineTests } from './run-pipeline-tests.ts'
import { runTrainer, type TrainerOutcome } from './run-trainer.ts'
import type { RunStore } from './runs/run-store.ts'
import type { TrainerRequest } from './trainer-request.ts'

export interface RunRequest {
  readonly store: RunStore
  readonly clock: Clock
  /** What is recorded beside what `trainer` says. */
  readonly about: Pick<TrainingRunStart, 'model' | 'inputs' | 'source'>
  readonly trainer: Omit<TrainerRequest, 'log'>
  /** The tests of the trainer's code; null: there are none. */
  readonly testCommand: readonly string[] | null
  /** Hears each command before it is started: that of the tests, that of the trainer. */
  readonly onStep: (command: readonly string[]) => void
  /** Hears the log while it is written. */
  readonly onLines: (lines: readonly string[]) => void
}

export interface PerformedRun extends Steps {
  /** As its bundle has it. */
  readonly run: TrainingRun
}

interface Steps {
  /** Null: there are none. */
  readonly tests: PipelineTests | null
  /** Null: it was not started, since the tests failed. */
  readonly outcome: TrainerOutcome | null
  /** Null: it succeeded. */
  readonly failure: MainwardError | null
}

/** Of a log, its first and its last mebibyte are kept. */
const logBytes = 1024 * 1024

/** Resolves also when tests or trainer fail, with everything ended and recorded. A bug is recorded, and thrown. */
export async function performRun(request: RunRequest): Promise<PerformedRun> {
  const { store, trainer, onLines } = request
  const start = describeStart(request)
  await store.begin(start)
  const log = openBoundedLog({ file: store.logFile(trainer.runId), headBytes: logBytes, tailBytes: logBytes, onLines })
  try {
    const steps = await runSteps(request, log)
    const end = await finish(request, steps, log)
    return { ...steps, run: { status: end.status, start, end } }
  } catch (thrown) {
    const failure = new MainwardError('trainer-failed', `unexpected: ${messageOf(thrown)}`, { cause: thrown })
    await finish(request, { tests: null, outcome: null, failure }, log)
    throw thrown
  }
}

function describeStart({ trainer, about, clock }: RunRequest): TrainingRunStart {
  return {
    id: trainer.runId,
    ...about,
    startedAt: toInstant(clock.now()),
    command: trainer.command,
    seed: trainer.seed,
    declaredParams: trainer.params,
    environment: trainer.environment.described,
    machine: describeMachine(),
    limits: trainer.limits,
  }
}

async function runSteps({ trainer, testCommand, onStep }: RunRequest, log: BoundedLog): Promise<Steps> {
  const request = { ...trainer, log }
  try {
    if (testCommand !== null) onStep(testCommand)
    const tests = testCommand === null ? null : await runPipelineTests({ ...request, command: testCommand })
    if (tests !== null && tests.failure !== null) return { tests, outcome: null, failure: tests.failure }
    onStep(trainer.command)
    const outcome = await runTrainer(request)
    return { tests, outcome, failure: outcome.failure }
  } catch (thrown) {
    // What is wrong with the request itself: a file of the trainer that is not there, a disk without room.
    if (thrown instanceof MainwardError) return { tests: null, outcome: null, failure: thrown }
    throw thrown
  }
}

async function finish({ store, clock, trainer }: RunRequest, steps: Steps, log: BoundedLog): Promise<TrainingRunEnd> {
  const problem = log.close()
  const { tests, outcome, failure } = steps
  const lost = problem === null ? [] : [`the log is not whole: ${problem}`]
  const atMs = clock.now()
  const end: TrainingRunEnd = {
    status: failure === null ? 'succeeded' : failure.code === 'cancelled' ? 'cancelled' : 'failed',
    endedAt: toInstant(atMs),
    tests: tests?.run ?? null,
    trainer: outcome?.run ?? null,
    detectedParams: outcome?.detectedParams ?? {},
    metrics: outcome?.metrics ?? {},
    warnings: [...trainer.environment.warnings, ...(tests?.warnings ?? []), ...(outcome?.warnings ?? []), ...lost],
    artifacts: outcome?.artifacts ?? [],
    failure: failure === null ? null : { code: failure.code, message: failure.message, hint: failure.hint ?? null },
  }
  await store.append(
    trainer.runId,
    Object.entries(end.metrics).map(([name, value]) => ({ name, value, step: null, atMs })),
  )
  await store.finish(trainer.runId, end)
  return end
}
