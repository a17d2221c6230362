/** Everything that a trainer gets of an environment. What is not named here, a token above all, it does not get. Pure. */
import type { RunFolder } from './folder/run-folder.ts'

export interface VariableRequest {
  readonly folder: RunFolder
  /** Copies of the training data; null: none is given. */
  readonly trainFile: string | null
  readonly validationFile: string | null
  readonly outputFolder: string
  readonly runId: string
  readonly seed: number
  readonly threads: number
  readonly path: string
  /** Our own variables, of which language and time zone pass. */
  readonly inherited: Readonly<Record<string, string | undefined>>
}

/** Marks every process of a run. */
export const runVariable = 'MAINWARD_RUN_ID'

/** Of language and time: what a program prints and how it reads dates depends on them. */
const passed = ['LANG', 'LC_ALL', 'TZ']

/** Each library has its own. Without them every one starts as many threads as the machine has cores, and results may differ. */
const threadVariables = [
  'OMP_NUM_THREADS',
  'OPENBLAS_NUM_THREADS',
  'MKL_NUM_THREADS',
  'NUMEXPR_NUM_THREADS',
  'VECLIB_MAXIMUM_THREADS',
  'POLARS_MAX_THREADS',
  'RAYON_NUM_THREADS',
  'LOKY_MAX_CPU_COUNT',
]

/** Python takes seeds of its hashes from 0 to this one (PYTHONHASHSEED). */
const largestHashSeed = 4_294_967_295

export function nameTrainerVariables(request: VariableRequest): Readonly<Record<string, string>> {
  const { folder, trainFile, validationFile, outputFolder, runId, seed, threads, path, inherited } = request
  const own = {
    ...(trainFile === null ? {} : { MAINWARD_TRAIN: trainFile }),
    ...(validationFile === null ? {} : { MAINWARD_VALIDATION: validationFile }),
    MAINWARD_PARAMS: folder.params,
    MAINWARD_SEED: String(seed),
    MAINWARD_OUTPUT: outputFolder,
    [runVariable]: runId,
  }
  const python = { PYTHONHASHSEED: String(Math.abs(seed) % (largestHashSeed + 1)), PYTHONUNBUFFERED: '1' }
  const places = { PATH: path, HOME: folder.home, TMPDIR: folder.temporary }
  const kept = passed.flatMap((name) => (inherited[name] === undefined ? [] : [[name, inherited[name]] as const]))
  return { ...places, ...Object.fromEntries(kept), ...python, ...limitThreads(threads), ...own }
}

function limitThreads(threads: number): Readonly<Record<string, string>> {
  return Object.fromEntries(threadVariables.map((name) => [name, String(threads)]))
}
