/** Runs a trainer once, by the contract of its variables and folders, and says as a value how that ended and what it left. */
import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MainwardError } from '../core/error.ts'
import type { ProcessRun, RunArtifact, TrainingParams } from '../core/training-run.ts'
import { listOutput, type OutputListing } from './folder/list-output.ts'
import { nameRunFolder, type RunFolder } from './folder/run-folder.ts'
import { nullWhenMissing } from './folder/when-missing.ts'
import { detectParams, type DetectedParams } from './outcome/detect-params.ts'
import { explainFailure } from './outcome/explain-failure.ts'
import { findModelProblem, modelName } from './outcome/find-model.ts'
import { parseObject, readMetrics, type OwnMetrics } from './outcome/read-metrics.ts'
import { runGuarded, type GuardedRun } from './run-guarded.ts'
import { toProcessRun } from './to-process-run.ts'
import type { TrainerRequest } from './trainer-request.ts'

export interface TrainerOutcome {
  readonly status: 'succeeded' | 'failed' | 'cancelled'
  /** Null: it could not be started. */
  readonly run: ProcessRun | null
  /** Null: it succeeded. */
  readonly failure: MainwardError | null
  readonly outputFolder: string
  /** Path of model.onnx; null unless it succeeded. Nothing is known yet of what is in it. */
  readonly modelFile: string | null
  readonly artifacts: readonly RunArtifact[]
  readonly detectedParams: TrainingParams
  /** The trainer's own numbers. */
  readonly metrics: Readonly<Record<string, number>>
  /** Whole sentences. */
  readonly warnings: readonly string[]
}

const name = 'the trainer'

/** What a trainer may write into its params file, and into metrics.json, in bytes. */
const textLimit = 1024 * 1024

/** Resolves also when the trainer fails. Throws for what is wrong with the request: files that are not there. */
export async function runTrainer(request: TrainerRequest): Promise<TrainerOutcome> {
  const folder = nameRunFolder(request.folder)
  const guarded = await runGuarded({ request, folder, command: request.command, name, withData: true })
  const listing = await listOutput(folder.output)
  const detected = await readParams(request, folder)
  const own = await readOwnMetrics(folder)
  const failures = [
    ...(guarded.problem === null ? [] : [guarded.problem]),
    ...explainRun(request, guarded),
    ...guarded.touched.map(explainTouch),
    ...(guarded.run === null ? [] : await explainModel(request, folder, listing)),
  ]
  return assess({ folder, guarded, listing, detected, own, failures })
}

interface Findings {
  readonly folder: RunFolder
  readonly guarded: GuardedRun
  readonly listing: OutputListing
  readonly detected: DetectedParams
  readonly own: OwnMetrics
  /** In order: the first decides, and what follows from it is not said. */
  readonly failures: readonly MainwardError[]
}

function assess({ folder, guarded, listing, detected, own, failures }: Findings): TrainerOutcome {
  const [failure = null] = failures
  const { run, touched, warnings } = guarded
  const also = touched.filter((each) => each !== failure?.message)
  const left = [...describeOthers(listing), ...detected.warnings, ...own.warnings]
  return {
    status: failure === null ? 'succeeded' : failure.code === 'cancelled' ? 'cancelled' : 'failed',
    run: run === null ? null : toProcessRun(run),
    failure,
    outputFolder: folder.output,
    modelFile: failure === null ? join(folder.output, modelName) : null,
    artifacts: listing.artifacts,
    detectedParams: detected.params,
    metrics: own.metrics,
    warnings: [...warnings, ...also, ...(run === null ? [] : left)],
  }
}

function explainRun({ limits }: TrainerRequest, { run }: GuardedRun): readonly MainwardError[] {
  const failure = run === null ? null : explainFailure({ name, run: toProcessRun(run), limits })
  return failure === null ? [] : [failure]
}

function explainTouch(sentence: string): MainwardError {
  return new MainwardError('trainer-failed', sentence, {
    hint: 'let the trainer write below MAINWARD_OUTPUT or TMPDIR alone; if you changed these files yourself meanwhile, train again',
  })
}

async function explainModel(
  request: TrainerRequest,
  folder: RunFolder,
  listing: OutputListing,
): Promise<readonly MainwardError[]> {
  const own = new Set(request.sources.paths)
  const all = (await readdir(folder.code, { recursive: true }).catch(nullWhenMissing)) ?? []
  const problem = findModelProblem(
    listing,
    all.filter((path) => path.endsWith('.onnx') && !own.has(path)),
  )
  return problem === null ? [] : [problem]
}

function describeOthers({ others, unlisted }: OutputListing): readonly string[] {
  const links = others.length === 0 ? [] : [`left out of the output, since they are no files: ${others.slice(0, 5).join(', ')}`]
  return unlisted === 0 ? links : [...links, `${unlisted} files of the output are not listed: there are too many`]
}

async function readParams({ params: declared, command }: TrainerRequest, { params: file }: RunFolder): Promise<DetectedParams> {
  const text = await readBounded(file)
  return detectParams({ declared, command, left: text === null ? null : (parseObject(text) as TrainingParams | null) })
}

async function readOwnMetrics({ output }: RunFolder): Promise<OwnMetrics> {
  const file = join(output, 'metrics.json')
  const found = await lstat(file).catch(nullWhenMissing)
  if (found === null) return { metrics: {}, warnings: [] }
  const text = await readBounded(file)
  return text === null
    ? { metrics: {}, warnings: ['metrics.json is not read: it is no file, or larger than 1 MiB'] }
    : readMetrics(text)
}

/** Null: it is no file, or larger than `textLimit`. */
async function readBounded(file: string): Promise<string | null> {
  const found = await lstat(file).catch(nullWhenMissing)
  return found === null || !found.isFile() || found.size > textLimit ? null : readFile(file, 'utf8')
}
