/** Runs the tests of the trainer's own code, before any training, with the same Python, files and limits. */
import { MainwardError } from '../core/error.ts'
import type { ProcessRun } from '../core/training-run.ts'
import { nameRunFolder } from './folder/run-folder.ts'
import { explainFailure } from './outcome/explain-failure.ts'
import { runGuarded } from './run-guarded.ts'
import { toProcessRun } from './to-process-run.ts'
import type { TrainerRequest } from './trainer-request.ts'

export interface PipelineTests {
  readonly status: 'passed' | 'failed' | 'cancelled'
  /** Null: they could not be started. */
  readonly run: ProcessRun | null
  /** Null: they passed. */
  readonly failure: MainwardError | null
  readonly warnings: readonly string[]
}

const name = "the tests of the trainer's code"

/** pytest ends with 5 when it found nothing to run (pytest, exit codes). */
const nothingCollected = 5

/** `command` is that of the tests. They get no training data, and what they leave in their folder is gone before the trainer starts. */
export async function runPipelineTests(request: TrainerRequest): Promise<PipelineTests> {
  const { run, problem, touched, warnings } = await runGuarded({
    request,
    folder: nameRunFolder(request.folder),
    command: request.command,
    name,
    withData: false,
  })
  const ended = run === null ? null : toProcessRun(run)
  const failure =
    problem ??
    explainEmpty(request, ended) ??
    (ended === null ? null : explainFailure({ name, run: ended, limits: request.limits }))
  const outside = touched.map(
    (each) => new MainwardError('trainer-failed', each, { hint: 'let tests write below TMPDIR (pytest: tmp_path)' }),
  )
  const first = failure ?? outside[0] ?? null
  const status = first === null ? 'passed' : first.code === 'cancelled' ? 'cancelled' : 'failed'
  return { status, run: ended, failure: first, warnings: [...warnings, ...(failure === null ? touched.slice(1) : touched)] }
}

function explainEmpty({ command }: TrainerRequest, run: ProcessRun | null): MainwardError | null {
  const isEmpty =
    run?.end.kind === 'exited' && run.end.code === nothingCollected && command.some((each) => /(^|\/)py\.?test$/.test(each))
  if (!isEmpty) return null
  return new MainwardError('trainer-failed', "pytest found no test among the trainer's files", {
    hint: 'add a file test_….py beside the trainer, or remove training.test from the model',
  })
}
