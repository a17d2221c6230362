/** A model as MLflow keeps it: its MLmodel file, found from the folder of a run or of the model; which file of it can be imported. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { Json } from '../../../core/digest.ts'
import { MainwardError } from '../../../core/error.ts'
import { isInnerPath } from '../../../manifests/inner-path.ts'
import { readYamlValue } from '../../../manifests/read-yaml-value.ts'
import type { SampleRow } from '../parse-sample.ts'

export interface MlflowModel {
  /** The folder with MLmodel, absolute. */
  readonly folder: string
  readonly flavor: 'onnx' | 'sklearn'
  /** Absolute. */
  readonly file: string
  /** What MLmodel says that is worth keeping. */
  readonly described: Readonly<Record<string, Json>>
  /** The input example; null: there is none, or one without names of columns. */
  readonly sample: readonly SampleRow[] | null
}

type Fields = Readonly<Record<string, unknown>>

/** Throws `usage` for a folder without a model or with several, `invalid-input` for an MLmodel that can not be read, `unsupported` for its flavors. */
export async function readMlflowModel(given: string): Promise<MlflowModel> {
  const folder = await findModelFolder(given)
  const place = join(folder, 'MLmodel')
  const model = fieldsOf(readYamlValue(await readFile(place, 'utf8')))
  if (model === null) throw new MainwardError('invalid-input', `expected YAML with names in ${place}`)
  const { flavor, path } = chooseFlavor(fieldsOf(model['flavors']) ?? {}, place)
  if (!isInnerPath(path)) throw new MainwardError('invalid-input', `${place} names a file outside of its folder: ${path}`)
  const described = pick(model, ['mlflow_version', 'model_id', 'model_uuid', 'run_id', 'utc_time_created'])
  return { folder, flavor, file: join(folder, path), described, sample: await readExample(folder, model) }
}

/** The folder itself; what a run of MLflow 3 names as its outputs; what lies among its artifacts. */
async function findModelFolder(given: string): Promise<string> {
  if (await isFile(join(given, 'MLmodel'))) return given
  const found = [...(await listOutputs(given)), ...(await findBelow(join(given, 'artifacts'), 3))]
  const [first, ...others] = found
  if (first === undefined) {
    throw new MainwardError('usage', `--mlflow-run: expected a file MLmodel in ${given}, or a run with a model, found none`, {
      hint: 'the folder of a run below mlruns/EXPERIMENT, of a logged model, or what mlflow artifacts download wrote',
    })
  }
  if (others.length === 0) return first
  const shown = found.map((folder) => relative(given, folder)).join(', ')
  throw new MainwardError('usage', `--mlflow-run: the run has ${found.length} models: ${shown}`, {
    hint: 'name the folder of one',
  })
}

/** MLflow 3: mlruns/EXPERIMENT/RUN/outputs/MODEL names mlruns/EXPERIMENT/models/MODEL. */
async function listOutputs(run: string): Promise<readonly string[]> {
  const models = (await namesIn(join(run, 'outputs'))).map((name) => join(dirname(run), 'models', name, 'artifacts'))
  const there = await Promise.all(models.map((folder) => isFile(join(folder, 'MLmodel'))))
  return models.filter((_, index) => there[index])
}

async function findBelow(folder: string, depth: number): Promise<readonly string[]> {
  const names = await namesIn(folder)
  if (names.includes('MLmodel')) return [folder]
  if (depth === 0) return []
  const below = await Promise.all(names.map((name) => findBelow(join(folder, name), depth - 1)))
  return below.flat()
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const found = await stat(folder).catch(() => null)
  return found?.isDirectory() === true ? (await readdir(folder)).sort() : []
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() === true
}

function chooseFlavor(flavors: Fields, place: string): { readonly flavor: 'onnx' | 'sklearn'; readonly path: string } {
  const onnx = fieldsOf(flavors['onnx'])?.['data']
  if (typeof onnx === 'string') return { flavor: 'onnx', path: onnx }
  const sklearn = fieldsOf(flavors['sklearn'])?.['pickled_model']
  if (typeof sklearn === 'string') return { flavor: 'sklearn', path: sklearn }
  throw new MainwardError(
    'unsupported',
    `${place}: expected the flavor onnx or sklearn, found ${Object.keys(flavors).join(', ')}`,
    {
      hint: 'export the model to ONNX, and import that with --onnx',
    },
  )
}

/** Of a data frame: `{"columns": [...], "data": [[...]]}`. */
async function readExample(folder: string, model: Fields): Promise<readonly SampleRow[] | null> {
  const info = fieldsOf(model['saved_input_example_info'])
  const path = info?.['artifact_path']
  if (info?.['pandas_orient'] !== 'split' || typeof path !== 'string' || !isInnerPath(path)) return null
  const text = await readFile(join(folder, path), 'utf8').catch(() => null)
  const example = text === null ? null : fieldsOf(parseJson(text))
  const { columns, data } = example ?? {}
  if (!Array.isArray(columns) || !Array.isArray(data)) return null
  return (data as readonly (readonly Json[])[]).map((row) =>
    Object.fromEntries((columns as readonly unknown[]).map((name, at) => [String(name), row[at] ?? null])),
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // Somebody else's file: without an example, a sample is asked for.
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function fieldsOf(value: unknown): Fields | null {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : null
}

function pick(fields: Fields, names: readonly string[]): Readonly<Record<string, Json>> {
  return Object.fromEntries(names.flatMap((name) => (typeof fields[name] === 'string' ? [[name, fields[name]] as const] : [])))
}
