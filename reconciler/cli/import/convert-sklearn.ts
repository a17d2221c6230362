/**
 * Converts a pickled scikit-learn model in a Python of its own. A pickle is a program: it is read in a child process with a folder of its
 * own and without our environment, never here; it may do whatever this user may do.
 */
import { randomUUID } from 'node:crypto'
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, extname, join } from 'node:path'
import { digestBytes, type Digest, type Json } from '../../core/digest.ts'
import { MainwardError, messageOf } from '../../core/error.ts'
import { builtFile } from '../../core/package-root.ts'
import type { InstalledPackage } from '../../core/training-run.ts'
import { prepareEnvironment } from '../../training/environment/prepare-environment.ts'
import { measureFolder } from '../../training/folder/measure-folder.ts'
import { openBoundedLog } from '../../training/log/bounded-log.ts'
import { openProcessTable } from '../../training/processes/open-process-table.ts'
import { type ProcessResult, runProcess } from '../../training/processes/run-process.ts'
import { describeEnd } from '../../training/outcome/describe-end.ts'
import type { OriginalAnswers } from './compare-original.ts'
import type { SampleRow } from './parse-sample.ts'

export interface SklearnRequest {
  /** The pickle, absolute. */
  readonly file: string
  /** A requirements.txt for the Python that reads it, absolute; null: the one that Mainward comes with. */
  readonly requirements: string | null
  readonly rows: readonly SampleRow[]
  /** Column that is no feature, unless the model says so. */
  readonly unit: string | null
  /** Where Python environments are kept. */
  readonly cacheFolder: string
  /** Our own variables: PATH finds Python, pip gets those of its own. */
  readonly inherited: Readonly<Record<string, string | undefined>>
  readonly onLines: (lines: readonly string[]) => void
  readonly signal: AbortSignal
}

export interface SklearnModel {
  readonly onnx: Uint8Array
  /** The features, in the order of the model. */
  readonly columns: readonly string[]
  readonly original: OriginalAnswers
  readonly described: SklearnDescription
}

export interface SklearnDescription {
  readonly pickle: Digest
  readonly model: { readonly [name: string]: Json }
  /** The version of scikit-learn that it was pickled with, where it is not the one that read it. */
  readonly madeWith: string | null
  readonly libraries: { readonly [name: string]: Json }
  readonly packages: readonly InstalledPackage[]
}

interface Answer extends Pick<SklearnDescription, 'model' | 'madeWith' | 'libraries'> {
  readonly columns: readonly string[]
  readonly scores: OriginalAnswers['scores']
  readonly labels: OriginalAnswers['labels']
}

const gibibyte = 1024 ** 3
const limits = { timeoutMs: 600_000, memoryBytes: 8 * gibibyte, diskBytes: 2 * gibibyte }
const installTimeoutMs = 900_000
const logBytes = 64 * 1024
/** How convert.py ends when a person can put it right. */
const wrongStatus = 3

/** Throws what `prepareEnvironment` throws, `model-unusable` for a pickle that can not be read or converted, `timeout`, `cancelled`. */
export async function convertSklearn(request: SklearnRequest): Promise<SklearnModel> {
  const folder = await mkdtemp(join(tmpdir(), 'mainward-convert-'))
  try {
    const name = `model${extname(request.file)}`
    const pickle = await copyPickle(request.file, join(folder, name))
    const environment = await prepareEnvironment({
      requirementsFile: request.requirements ?? builtFile('cli/import/python/requirements.txt'),
      cacheFolder: request.cacheFolder,
      inherited: request.inherited,
      table: openProcessTable(),
      onLines: request.onLines,
      timeoutMs: installTimeoutMs,
      signal: request.signal,
    })
    await writeFile(join(folder, 'question.json'), JSON.stringify(buildQuestion(request)))
    const result = await convert(request, { folder, name, path: environment.path })
    assertConverted(result, request.file)
    const answer = JSON.parse(await readFile(join(folder, 'answer.json'), 'utf8')) as Answer
    const { columns, scores, labels, model, madeWith, libraries } = answer
    const described = { pickle, model, madeWith, libraries, packages: environment.described.packages }
    return { onnx: await readFile(join(folder, 'model.onnx')), columns, original: { scores, labels }, described }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What is converted is what the digest is of. */
async function copyPickle(file: string, copy: string): Promise<Digest> {
  try {
    await copyFile(file, copy)
  } catch (cause) {
    throw new MainwardError('usage', `the model ${file} can not be read: ${messageOf(cause)}`, { cause })
  }
  return digestBytes(await readFile(copy))
}

function buildQuestion({ rows, unit }: SklearnRequest): object {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  return { columns, rows: rows.map((row) => columns.map((name) => row[name] ?? null)), unit }
}

interface ConversionPlace {
  readonly folder: string
  /** Of the model file in it. */
  readonly name: string
  /** The value of PATH with the Python that converts. */
  readonly path: string
}

async function convert({ onLines, signal }: SklearnRequest, { folder, name, path }: ConversionPlace): Promise<ProcessResult> {
  const log = openBoundedLog({ file: null, headBytes: logBytes, tailBytes: logBytes, onLines })
  try {
    return await runProcess({
      command: ['python3', builtFile('cli/import/python/convert.py'), name, 'question.json', '.'],
      folder,
      environment: {
        PATH: path,
        HOME: folder,
        TMPDIR: folder,
        LANG: 'C.UTF-8',
        PYTHONUNBUFFERED: '1',
        PYTHONHASHSEED: '0',
        PYTHONDONTWRITEBYTECODE: '1',
        OMP_NUM_THREADS: '1',
        OPENBLAS_NUM_THREADS: '1',
        MAINWARD_RUN_ID: randomUUID(),
      },
      markedBy: 'MAINWARD_RUN_ID',
      limits,
      measureDisk: () => measureFolder(folder),
      log,
      table: openProcessTable(),
      ending: { graceMs: 5000, killMs: 5000 },
      signal,
    })
  } finally {
    log.close()
  }
}

function assertConverted({ end, logTail }: ProcessResult, file: string): void {
  if (end.kind === 'exited' && end.code === 0) return
  if (end.kind === 'stopped' && end.reason === 'cancelled') throw new MainwardError('cancelled', 'cancelled: convert the model')
  const last = logTail.filter((line) => line.trim() !== '')
  if (end.kind === 'exited' && end.code === wrongStatus) {
    const hint = last.at(-1)?.startsWith('hint: ') === true ? last.at(-1)?.slice('hint: '.length) : undefined
    const message = last.at(hint === undefined ? -1 : -2) ?? ''
    throw new MainwardError('model-unusable', `${basename(file)}: ${message}`, hint === undefined ? {} : { hint })
  }
  const code = end.kind === 'stopped' && end.reason === 'timeout' ? 'timeout' : 'model-unusable'
  throw new MainwardError(
    code,
    `the conversion of ${basename(file)} ${describeEnd(end)}:\n${last
      .slice(-8)
      .map((line) => `  ${line}`)
      .join('\n')}`,
  )
}
