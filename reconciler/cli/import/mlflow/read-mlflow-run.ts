/** What a run's folder of MLflow says of parameters and metrics: one small file each, named as they are. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { Json } from '../../../core/digest.ts'

export interface MlflowRun {
  readonly parameters: Readonly<Record<string, Json>>
  /** The last value of each. */
  readonly metrics: Readonly<Record<string, Json>>
}

const largestFiles = 2000
const largestBytes = 1024 * 1024

/** Of the run, or of the logged model that has its own; empty where neither folder is there. */
export async function readMlflowRun(given: string, modelFolder: string): Promise<MlflowRun> {
  for (const folder of [given, dirname(modelFolder)]) {
    const [parameters, metrics] = [await readFiles(join(folder, 'params')), await readFiles(join(folder, 'metrics'))]
    if (parameters.length + metrics.length === 0) continue
    return {
      parameters: Object.fromEntries(parameters),
      metrics: Object.fromEntries(metrics.map(([name, text]) => [name, lastValue(text)])),
    }
  }
  return { parameters: {}, metrics: {} }
}

/** A name with slashes is a file in folders. */
async function readFiles(folder: string): Promise<readonly (readonly [string, string])[]> {
  if ((await stat(folder).catch(() => null))?.isDirectory() !== true) return []
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).slice(0, largestFiles)
  const read = await Promise.all(
    files.map(async (entry) => {
      const path = join(entry.parentPath, entry.name)
      const { size } = await stat(path)
      return size > largestBytes ? [] : [[relative(folder, path), await readFile(path, 'utf8')] as const]
    }),
  )
  return read.flat().sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Lines of `TIME VALUE STEP`. A value that is no number of JSON stays a text. */
function lastValue(text: string): Json {
  const value = text.trim().split('\n').at(-1)?.split(/\s+/)[1] ?? ''
  return value !== '' && Number.isFinite(Number(value)) ? Number(value) : value
}
