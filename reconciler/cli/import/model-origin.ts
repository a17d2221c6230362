/** Where the model file of an import comes from: an ONNX file, a pickle that is converted, a run of MLflow with either. */
import { readFile } from 'node:fs/promises'
import { basename, join, relative, resolve } from 'node:path'
import type { Json } from '../../core/digest.ts'
import { MainwardError, messageOf } from '../../core/error.ts'
import type { NullPolicy } from '../../core/release.ts'
import { openRepository } from '../../git/open-repository.ts'
import { nullRuleOf } from '../../inference/rows/cell.ts'
import { ensureStateFolder, stateFolderName } from '../../supervisor/state-folder.ts'
import { type CommandInput, optionFlag, textOption } from '../command.ts'
import type { CliContext } from '../context.ts'
import { resolveStatePaths } from '../state-paths.ts'
import type { OriginalAnswers } from './compare-original.ts'
import { convertSklearn, type SklearnDescription } from './convert-sklearn.ts'
import { readMlflowModel } from './mlflow/read-mlflow-model.ts'
import { readMlflowRun } from './mlflow/read-mlflow-run.ts'
import { computeSample, type ModelOnDemand } from './model-on-demand.ts'
import { parseSample, type SampleRow } from './parse-sample.ts'

export interface ModelOrigin {
  /** Of the ONNX file. */
  readonly bytes: Uint8Array
  /** Of the sample, with what the model takes. */
  readonly rows: readonly SampleRow[]
  /** What the model answered that this one was converted from; null: nothing was converted. */
  readonly original: OriginalAnswers | null
  /** What is known of it, for the evidence; null: an ONNX file says nothing. */
  readonly known: Readonly<Record<string, Json>> | null
}

export interface OriginQuestion {
  /** Folder of mainward.yaml, absolute. */
  readonly project: string
  /** How the rows of the sample become rows of the model. */
  readonly prepare: (rows: readonly SampleRow[]) => readonly SampleRow[]
  /** A pickle is given the on-demand features that the model will be given. */
  readonly computed: ModelOnDemand
  readonly unit: string | null
  readonly nulls: NullPolicy
}

const origins = ['onnx', 'sklearn', 'mlflowRun'] as const

/** Rows of the sample that are run: enough to see what a model answers. */
const sampleLimit = 1000

/** Throws `usage` unless exactly one origin is named, and for files that are not there. */
export async function readModelOrigin(context: CliContext, input: CommandInput, question: OriginQuestion): Promise<ModelOrigin> {
  const [origin, ...others] = origins.filter((name) => textOption(input, name) !== null)
  const flags = origins.map(optionFlag).join(', ')
  if (origin === undefined || others.length > 0) {
    throw new MainwardError('usage', `expected one of ${flags}, found ${origin === undefined ? 'none' : 'several'}`)
  }
  if (origin !== 'sklearn' && origin !== 'mlflowRun' && textOption(input, 'requirements') !== null) {
    throw new MainwardError('usage', '--requirements: an ONNX file needs no Python')
  }
  const path = resolve(context.configuration.folder, textOption(input, origin) ?? '')
  if (origin === 'mlflowRun') return readMlflow(context, input, question, path)
  const rows = question.prepare(await readSample(context, input, null))
  return origin === 'onnx'
    ? { bytes: await readGiven(path, '--onnx'), rows, original: null, known: null }
    : convert(context, input, question, { path, rows })
}

async function readMlflow(
  context: CliContext,
  input: CommandInput,
  question: OriginQuestion,
  given: string,
): Promise<ModelOrigin> {
  const model = await readMlflowModel(given)
  const rows = question.prepare(await readSample(context, input, model.sample))
  const run = await readMlflowRun(given, model.folder)
  const mlflow = { ...model.described, flavor: model.flavor, file: relative(given, model.file), reported: { ...run } }
  if (model.flavor === 'sklearn') {
    const converted = await convert(context, input, question, { path: model.file, rows })
    return { ...converted, known: { ...converted.known, origin: 'mlflow', mlflow } }
  }
  const bytes = await readGiven(model.file, '--mlflow-run')
  return { bytes, rows, original: null, known: { origin: 'mlflow', mlflow, unknown: [...unknown] } }
}

/** What no model file tells. */
const unknown = ['data and split', 'code of the training', 'seed', 'metrics on rows that were kept back'] as const

interface Convertible {
  readonly path: string
  readonly rows: readonly SampleRow[]
}

async function convert(
  context: CliContext,
  input: CommandInput,
  { project, computed, unit, nulls }: OriginQuestion,
  { path, rows }: Convertible,
): Promise<ModelOrigin> {
  const { configuration, terminal } = context
  const requirements = textOption(input, 'requirements')
  const whole = computeSample(rows, computed)
  const { onnx, columns, original, described } = await convertSklearn({
    file: path,
    requirements: requirements === null ? null : resolve(configuration.folder, requirements),
    rows: whole.map((row) => replaceNulls(row, nulls)),
    unit,
    cacheFolder: join(findStateFolder(context, input, project), 'train', 'environments'),
    inherited: configuration.childEnvironment,
    onLines: (lines) => terminal.writeError(lines.map((line) => `${terminal.style('dim', line)}\n`).join('')),
    signal: context.interruption(),
  })
  const chosen = whole.map((row) => Object.fromEntries(columns.map((name) => [name, row[name] ?? null])))
  return { bytes: onnx, rows: chosen, original, known: describeConversion(path, described) }
}

/** The original gets what the converted model gets. */
function replaceNulls(row: SampleRow, nulls: NullPolicy): SampleRow {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      const rule = nullRuleOf(nulls, name)
      return [name, value === null && typeof rule === 'number' ? rule : value]
    }),
  )
}

function describeConversion(path: string, { pickle, model, madeWith, libraries, packages }: SklearnDescription) {
  return {
    origin: 'scikit-learn',
    file: { name: basename(path), digest: pickle },
    model,
    ...(madeWith === null ? {} : { madeWith: `scikit-learn ${madeWith}` }),
    libraries,
    packages: packages.map(({ name, version }) => `${name}==${version}`),
    unknown: [...unknown],
  }
}

/** The one of the repository, closed to git; of a folder that is in none, its own. */
function findStateFolder({ configuration }: CliContext, input: CommandInput, project: string): string {
  const given = textOption(input, 'state')
  try {
    const { workTree, gitdir } = openRepository(project)
    const { local, stateFolder } = resolveStatePaths(configuration.folder, workTree ?? gitdir, given)
    ensureStateFolder(stateFolder, local)
    return stateFolder
  } catch (thrown) {
    if (!(thrown instanceof MainwardError) || (thrown.code !== 'not-found' && thrown.code !== 'usage')) throw thrown
    return given === null ? join(project, stateFolderName) : resolve(configuration.folder, given)
  }
}

/** `example` is the model's own; null: none. */
async function readSample(
  { configuration }: CliContext,
  input: CommandInput,
  example: readonly SampleRow[] | null,
): Promise<readonly SampleRow[]> {
  const file = textOption(input, 'sample')
  if (file !== null) {
    const text = Buffer.from(await readGiven(resolve(configuration.folder, file), '--sample')).toString()
    return parseSample(text, file).slice(0, sampleLimit)
  }
  if (example !== null && example.length > 0) return example.slice(0, sampleLimit)
  throw new MainwardError('usage', '--sample: expected rows that the model is run on, found none', {
    hint: 'a JSON list of rows by column name, or one object a line',
  })
}

async function readGiven(path: string, option: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw new MainwardError('usage', `${option}: ${messageOf(cause)}`, { cause })
  }
}
