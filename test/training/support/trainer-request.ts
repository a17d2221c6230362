/** A repository with a trainer, as a folder, and the request that runs it. */
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TrainerEnvironment } from '../../../reconciler/training/environment/prepare-environment.ts'
import { openBoundedLog } from '../../../reconciler/training/log/bounded-log.ts'
import { openProcessTable } from '../../../reconciler/training/processes/open-process-table.ts'
import type { TrainerRequest } from '../../../reconciler/training/trainer-request.ts'
import { makeTemporaryFolder, mebibyte } from './run-shell.ts'

export interface TrainerBench {
  readonly root: string
  readonly repository: string
  /** A request to run `python3 training/train.py` with this code; other files of the trainer by path. */
  request(code: string, changes?: Partial<TrainerRequest>, files?: Readonly<Record<string, string>>): TrainerRequest
  /** What the log of the last request holds. */
  readLog(): string
  remove(): void
}

/** The program itself, where `python3` is a script that chooses one. */
const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim()

export const machinePython: TrainerEnvironment = {
  described: {
    python: '3.11.7',
    requirements: null,
    packages: [],
    node: process.versions.node,
    platform: 'linux',
    release: '6',
    architecture: 'x64',
  },
  path: `${dirname(python)}:${process.env['PATH'] ?? ''}`,
  own: null,
  warnings: [],
}

/** The last lines of a trainer that does its work: bytes that look like a model are enough here. */
export const writeModel = `
import os
with open(os.path.join(os.environ['MAINWARD_OUTPUT'], 'model.onnx'), 'wb') as file: file.write(b'onnx bytes')
`

export function openTrainerBench(): TrainerBench {
  const root = makeTemporaryFolder('trainer')
  const repository = join(root, 'repository')
  const log = join(root, 'log.txt')
  mkdirSync(repository)
  writeFileSync(join(repository, 'mainward.yaml'), 'kind: Project\n')
  for (const name of ['train', 'validation']) writeFileSync(join(root, `${name}.parquet`), `PAR1 ${name}`)
  return {
    root,
    repository,
    request(code, changes = {}, files = {}) {
      const all = { 'training/train.py': code, ...files }
      for (const [path, text] of Object.entries(all)) {
        mkdirSync(dirname(join(repository, path)), { recursive: true })
        writeFileSync(join(repository, path), text)
      }
      return {
        runId: randomUUID(),
        folder: join(root, 'run'),
        command: ['python3', 'training/train.py'],
        sources: { folder: repository, paths: Object.keys(all) },
        environment: machinePython,
        trainFile: join(root, 'train.parquet'),
        validationFile: join(root, 'validation.parquet'),
        params: { learning_rate: 0.1, max_depth: 6 },
        seed: 7,
        limits: { timeoutMs: 20_000, memoryBytes: 1024 * mebibyte, diskBytes: 200 * mebibyte, threads: 2 },
        watched: [{ name: 'the repository', folder: repository, except: [join(repository, '.git')], deep: true }],
        inherited: { LANG: 'C.UTF-8', TZ: 'UTC', GITHUB_TOKEN: 'secret' },
        log: openBoundedLog({ file: log, headBytes: 64 * 1024, tailBytes: 64 * 1024, onLines: () => undefined }),
        table: openProcessTable(),
        graceMs: 500,
        signal: new AbortController().signal,
        ...changes,
      }
    },
    readLog: () => readFileSync(log, 'utf8'),
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}
