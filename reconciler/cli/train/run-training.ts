/** Lets a trainer make a model file: its environment, the tests of its code, its run; what is kept of the run. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { Digest } from '../../core/digest.ts'
import type { RunEvidence } from '../../core/evidence.ts'
import { MainwardError } from '../../core/error.ts'
import type { TrainingLimits, TrainingRun } from '../../core/training-run.ts'
import type { PartName } from '../../features/dataset/plan-dataset.ts'
import { partFiles } from '../../features/dataset/dataset-report.ts'
import type { TrainerSpec } from '../../manifests/kinds/model.ts'
import { prepareEnvironment, type TrainerEnvironment } from '../../training/environment/prepare-environment.ts'
import { removeFolder } from '../../training/folder/remove-folder.ts'
import { performRun, type RunRequest } from '../../training/perform-run.ts'
import { openProcessTable } from '../../training/processes/open-process-table.ts'
import { openFolderRunStore } from '../../training/runs/folder-run-store.ts'
import type { TrainerOutcome } from '../../training/run-trainer.ts'
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

/** How long `pip` may take for each of its steps. */
const environmentTimeoutMs = 30 * 60_000
/** Bundles of runs that are kept, of all models. */
const keptRuns = 100
/** How long a trainer that is told to end may take. */
const graceMs = 5000

/** Throws what `prepareEnvironment` and the trainer fail with; its folders are removed in any case, and no process is left. */
export async function runTraining(order: TrainingOrder, context: CliContext, opened: OpenTraining): Promise<Trained> {
  const { model, trainer: spec, inputs, source, onStep, onLines } = order
  const table = openProcessTable()
  onStep(`${model}: environment`)
  const environment = await prepareEnvironment({
    requirementsFile: order.files.requirements?.localPath ?? null,
    cacheFolder: join(opened.folder, 'environments'),
    inherited: context.configuration.childEnvironment,
    table,
    onLines,
    timeoutMs: environmentTimeoutMs,
    signal: opened.engine.signal,
  })
  const folder = await mkdtemp(join(tmpdir(), 'mw-'))
  const store = openFolderRunStore({ folder: join(opened.folder, 'runs'), keep: keptRuns, table })
  try {
    const performed = await performRun({
      store,
      clock: context.clock,
      about: { model, inputs, source },
      trainer: buildRequest({ order, context, opened, environment, folder, table }),
      testCommand: spec.test,
      onStep: (command) => onStep(`${model}: ${command.join(' ')}`),
      onLines,
    })
    const { failure, outcome, run } = performed
    if (failure !== null) throw withLog(failure, relative(context.configuration.folder, store.logFile(run.start.id)))
    if (outcome === null || outcome.modelFile === null) throw new Error('a trainer that succeeded has a model file')
    return { bytes: await readModel(model, outcome.modelFile), run: describeRun(run, outcome) }
  } finally {
    await removeFolder(folder)
  }
}

/** A message has the last lines alone: its hint says where all of them are. */
function withLog(failure: MainwardError, log: string): MainwardError {
  if (failure.code === 'cancelled') return failure
  const { code, message, hint } = failure
  return new MainwardError(code, message, {
    cause: failure,
    hint: `${hint === undefined ? '' : `${hint}; `}all that it said is in ${log}`,
  })
}

interface RequestParts {
  readonly order: TrainingOrder
  readonly context: CliContext
  readonly opened: OpenTraining
  readonly environment: TrainerEnvironment
  readonly folder: string
  readonly table: TrainerRequest['table']
}

function buildRequest({ order, context, opened, environment, folder, table }: RequestParts): RunRequest['trainer'] {
  const { trainer, files, dataset, codeFolder, threads } = order
  const pathOf = (part: PartName): string => join(dataset.folder, partFiles(part).file)
  const hasValidation = dataset.report.parts.some(({ name }) => name === 'validation')
  return {
    runId: randomUUID(),
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

/** Protocol buffers, which ONNX files are, end at 2 GiB. */
const mostModelBytes = 2 * 1024 ** 3 - 1

async function readModel(model: string, file: string): Promise<Uint8Array> {
  const bytes = await readFile(file)
  if (bytes.byteLength <= mostModelBytes) return bytes
  throw new MainwardError(
    'model-unusable',
    `the trainer of ${model} wrote a model of ${bytes.byteLength} bytes: ONNX ends at 2 GiB`,
    { hint: 'train a smaller one: fewer or shallower trees, fewer or narrower layers' },
  )
}

function describeRun({ start, end }: TrainingRun, { run, detectedParams, metrics }: TrainerOutcome): RunEvidence {
  const { environment, machine, source, declaredParams } = start
  const detected = Object.entries(detectedParams).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(declaredParams[name]),
  )
  return {
    id: start.id,
    trainedAt: start.startedAt,
    seconds: Math.round((run?.durationMs ?? 0) / 10) / 100,
    peakMemoryBytes: run?.peakMemoryBytes ?? 0,
    commit: source.commit,
    dirty: source.dirty,
    runtimes: {
      node: environment.node,
      ...(environment.python === null ? {} : { python: environment.python }),
    },
    packages: environment.packages.map(({ name, version }) => `${name}==${version}`),
    machine: {
      os: `${environment.platform} ${environment.release} ${environment.architecture}`,
      cpus: machine.cpus,
      memoryBytes: machine.memoryBytes,
    },
    ...(detected.length === 0 ? {} : { detected: Object.fromEntries(detected) }),
    ...(Object.keys(metrics).length === 0 ? {} : { reported: metrics }),
    warnings: end?.warnings ?? [],
  }
}
