/** Lets a trainer make a model file: its environment, the tests of its code, its run; what is kept of the run. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Digest } from '../../core/digest.ts'
import { formatInstant } from '../../core/instant.ts'
import type { RunEvidence } from '../../core/evidence.ts'
import { MainwardError, messageOf } from '../../core/error.ts'
import type { TrainingLimits, TrainingRunEnd, TrainingRunStart } from '../../core/training-run.ts'
import type { PartName } from '../../features/dataset/plan-dataset.ts'
import { partFiles } from '../../features/dataset/dataset-report.ts'
import type { TrainerSpec } from '../../manifests/kinds/model.ts'
import { prepareEnvironment, type TrainerEnvironment } from '../../training/environment/prepare-environment.ts'
import { openBoundedLog, type BoundedLog } from '../../training/log/bounded-log.ts'
import { openProcessTable } from '../../training/processes/open-process-table.ts'
import { openFolderRunStore } from '../../training/runs/folder-run-store.ts'
import { runPipelineTests, type PipelineTests } from '../../training/run-pipeline-tests.ts'
import { runTrainer, type TrainerOutcome } from '../../training/run-trainer.ts'
import type { TrainerRequest } from '../../training/trainer-request.ts'
import type { CliContext } from '../context.ts'
import type { MadeDataset } from './find-dataset.ts'
import type { OpenTraining } from './open-training.ts'
import type { TrainerFiles } from './trainer-files.ts'

export interface TrainingOrder {
  readonly model: string
  readonly trainer: TrainerSpec
  readonly files: TrainerFiles
  readonly dataset: MadeDataset
  readonly inputs: Digest
  readonly source: { readonly commit: string | null; readonly dirty: boolean }
  /** Folder that the trainer's command and files are relative to. */
  readonly codeFolder: string
  readonly threads: number
  /** What is being done, and what the trainer says. */
  readonly onStep: (step: string) => void
  readonly onLines: (lines: readonly string[]) => void
}

export interface Trained {
  readonly bytes: Uint8Array
  readonly run: RunEvidence
}

const mebibyte = 1024 * 1024
/** How long `pip` may take for each of its steps. */
const environmentTimeoutMs = 30 * 60_000
/** Bundles of runs that are kept, of all models. */
const keptRuns = 100
/** How long a trainer that is told to end may take. */
const graceMs = 5000

/** Throws what `prepareEnvironment` and the trainer fail with; its folders are removed in any case, and no process is left. */
export async function runTraining(order: TrainingOrder, context: CliContext, opened: OpenTraining): Promise<Trained> {
  const table = openProcessTable()
  order.onStep(`${order.model}: environment`)
  const environment = await prepareEnvironment({
    requirementsFile: order.files.requirements?.localPath ?? null,
    cacheFolder: join(opened.folder, 'environments'),
    inherited: context.configuration.childEnvironment,
    table,
    onLines: order.onLines,
    timeoutMs: environmentTimeoutMs,
    signal: opened.engine.signal,
  })
  const folder = await mkdtemp(join(tmpdir(), 'mw-'))
  const runs = openFolderRunStore({ folder: join(opened.folder, 'runs'), keep: keptRuns, table })
  const runId = randomUUID()
  const started = describeStart({ order, environment, runId, startedMs: context.clock.now() })
  await runs.begin(started)
  const log = openLog(runs.logFile(runId), order)
  const phases: Phases = { tests: null, outcome: null }
  try {
    const request = buildRequest({ order, context, opened, environment, folder, log, table, runId })
    const trained = await runBoth(order, request, environment, phases)
    await runs.finish(runId, describeEnd(phases, context.clock.now(), null))
    return trained
  } catch (thrown) {
    await runs.finish(runId, describeEnd(phases, context.clock.now(), thrown))
    throw thrown
  } finally {
    log.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** What came of the two programs of a run, as far as it came. */
interface Phases {
  tests: PipelineTests | null
  outcome: TrainerOutcome | null
}

interface StartFacts {
  readonly order: TrainingOrder
  readonly environment: TrainerEnvironment
  readonly runId: string
  readonly startedMs: number
}

function describeStart({ order, environment, runId, startedMs }: StartFacts): TrainingRunStart {
  const { model, trainer, source, inputs, threads } = order
  const [cpu] = cpus()
  return {
    id: runId,
    model,
    inputs,
    startedAt: formatInstant(BigInt(startedMs) * 1000n),
    command: trainer.command,
    seed: trainer.seed,
    declaredParams: trainer.params,
    source,
    environment: environment.described,
    machine: { cpus: availableParallelism(), cpuModel: cpu?.model ?? '', memoryBytes: totalmem() },
    limits: limitsOf(trainer, threads),
  }
}

function describeEnd({ tests, outcome }: Phases, endedMs: number, thrown: unknown): TrainingRunEnd {
  const known = thrown instanceof MainwardError ? thrown : null
  const failure =
    thrown === null
      ? null
      : { code: known?.code ?? ('trainer-failed' as const), message: messageOf(thrown), hint: known?.hint ?? null }
  return {
    status: failure === null ? 'succeeded' : failure.code === 'cancelled' ? 'cancelled' : 'failed',
    endedAt: formatInstant(BigInt(endedMs) * 1000n),
    tests: tests?.run ?? null,
    trainer: outcome?.run ?? null,
    detectedParams: outcome?.detectedParams ?? {},
    metrics: outcome?.metrics ?? {},
    warnings: outcome?.warnings ?? [],
    artifacts: outcome?.artifacts ?? [],
    failure,
  }
}

function openLog(file: string, { onLines }: TrainingOrder): BoundedLog {
  return openBoundedLog({ file, headBytes: 4 * mebibyte, tailBytes: 4 * mebibyte, onLines })
}

interface RequestParts {
  readonly order: TrainingOrder
  readonly context: CliContext
  readonly opened: OpenTraining
  readonly environment: TrainerEnvironment
  readonly folder: string
  readonly log: BoundedLog
  readonly table: TrainerRequest['table']
  readonly runId: string
}

function buildRequest({ order, context, opened, environment, folder, log, table, runId }: RequestParts): TrainerRequest {
  const { trainer, files, dataset, codeFolder, threads } = order
  const pathOf = (part: PartName): string => join(dataset.folder, partFiles(part).file)
  const hasValidation = dataset.report.parts.some(({ name }) => name === 'validation')
  return {
    runId,
    folder,
    command: trainer.command,
    sources: { folder: codeFolder, paths: files.files.map(({ path }) => path) },
    environment,
    trainFile: pathOf('train'),
    validationFile: hasValidation ? pathOf('validation') : null,
    params: trainer.params,
    seed: trainer.seed,
    limits: limitsOf(trainer, threads),
    watched: [{ name: 'the repository', folder: opened.project, except: exceptions(opened), deep: true }],
    inherited: context.configuration.childEnvironment,
    log,
    table,
    graceMs,
    signal: opened.engine.signal,
  }
}

function limitsOf({ timeoutMs, memoryBytes, diskBytes }: TrainerSpec, threads: number): TrainingLimits {
  return { timeoutMs, memoryBytes, diskBytes, threads }
}

/** What changes by itself: our own state, and git's. */
function exceptions({ project, folder }: OpenTraining): readonly string[] {
  return ['.git', '.mainward', 'node_modules'].map((name) => join(project, name)).concat(join(folder, '..'))
}

async function runBoth(
  order: TrainingOrder,
  request: TrainerRequest,
  environment: TrainerEnvironment,
  phases: Phases,
): Promise<Trained> {
  const { model, trainer, onStep } = order
  const warnings = [...environment.warnings]
  if (trainer.test !== null) {
    onStep(`${model}: ${trainer.test.join(' ')}`)
    const tests = await runPipelineTests({ ...request, command: trainer.test })
    phases.tests = tests
    if (tests.failure !== null) throw tests.failure
    warnings.push(...tests.warnings)
  }
  onStep(`${model}: ${trainer.command.join(' ')}`)
  const startedMs = Date.now()
  const outcome = await runTrainer(request)
  phases.outcome = outcome
  if (outcome.failure !== null) throw outcome.failure
  if (outcome.modelFile === null) throw new Error('a trainer that succeeded has a model file')
  const bytes = await readModel(model, outcome.modelFile)
  return { bytes, run: describeRun({ order, request, environment, outcome, startedMs, warnings }) }
}

/** Protocol buffers, which ONNX files are, end at 2 GiB. */
const mostModelBytes = 2 * 1024 ** 3 - 1

async function readModel(model: string, file: string): Promise<Uint8Array> {
  const bytes = await readFile(file)
  if (bytes.byteLength <= mostModelBytes) return bytes
  throw new MainwardError(
    'model-unusable',
    `the trainer of ${model} wrote a model of ${bytes.byteLength} bytes: ONNX ends at 2 GiB`,
  )
}

interface RunParts {
  readonly order: TrainingOrder
  readonly request: TrainerRequest
  readonly environment: TrainerEnvironment
  readonly outcome: TrainerOutcome
  readonly startedMs: number
  readonly warnings: readonly string[]
}

function describeRun({ order, request, environment, outcome, startedMs, warnings }: RunParts): RunEvidence {
  const { described } = environment
  const { trainer, source } = order
  const detected = Object.entries(outcome.detectedParams).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(trainer.params[name]),
  )
  return {
    id: request.runId,
    trainedAt: formatInstant(BigInt(startedMs) * 1000n),
    seconds: Math.round((outcome.run?.durationMs ?? 0) / 10) / 100,
    peakMemoryBytes: outcome.run?.peakMemoryBytes ?? 0,
    commit: source.commit,
    dirty: source.dirty,
    runtimes: {
      node: described.node,
      ...(described.python === null ? {} : { python: described.python }),
    },
    packages: described.packages.map(({ name, version }) => `${name}==${version}`),
    machine: {
      os: `${described.platform} ${described.release} ${described.architecture}`,
      cpus: availableParallelism() || cpus().length,
      memoryBytes: totalmem(),
    },
    ...(detected.length === 0 ? {} : { detected: Object.fromEntries(detected) }),
    ...(Object.keys(outcome.metrics).length === 0 ? {} : { reported: outcome.metrics }),
    warnings: [...warnings, ...outcome.warnings],
  }
}
