/**
 * Keeps each run as a folder of text files that people and tools can read: run.json (everything), log.txt, metrics.jsonl,
 * params.json and artifacts.json. run.json is replaced as a whole: a crash leaves a bundle that can be read.
 */
import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MainwardError } from '../../core/error.ts'
import type { TrainingRun, TrainingRunEnd, TrainingRunStart, TrainingRunStatus } from '../../core/training-run.ts'
import { onDisk } from '../folder/on-disk.ts'
import { nullWhenMissing } from '../folder/when-missing.ts'
import type { ProcessTable } from '../processes/process-table.ts'
import { isAlive, nameOwner, type RunOwner } from './run-owner.ts'
import type { RunStore } from './run-store.ts'

export interface FolderSettings {
  readonly folder: string
  /** How many ended runs are kept: of more, the oldest go when a new one begins. */
  readonly keep: number
  /** Tells whether the process that began a run still lives. */
  readonly table: ProcessTable
}

/** run.json. `format` grows when a reader of this one could not read it. */
interface RunFile {
  readonly format: 1
  readonly owner: RunOwner
  readonly status: TrainingRunStatus
  readonly start: TrainingRunStart
  readonly end: TrainingRunEnd | null
}

const runName = 'run.json'

export function openFolderRunStore(settings: FolderSettings): RunStore {
  const { folder, table } = settings
  return {
    begin: (start) => onDisk('the record of a run', folder, () => begin(settings, start)),
    logFile: (id) => placeOf(folder, id, 'log.txt'),
    async append(id, points) {
      const lines = points.map((point) => `${JSON.stringify(point)}\n`).join('')
      await onDisk('the metrics of a run', folder, () => appendFile(placeOf(folder, id, 'metrics.jsonl'), lines))
    },
    finish: (id, end) => onDisk('the record of a run', folder, () => finish(folder, id, end)),
    read: async (id) => readRun(placeOf(folder, id, runName), table),
    async list() {
      const runs = await Promise.all((await listIds(folder)).map((id) => readRun(placeOf(folder, id, runName), table)))
      return runs.filter((run) => run !== null).sort((one, other) => (one.start.startedAt < other.start.startedAt ? 1 : -1))
    },
  }
}

async function begin(settings: FolderSettings, start: TrainingRunStart): Promise<void> {
  const { folder, table } = settings
  const place = (name: string): string => placeOf(folder, start.id, name)
  const owner = await nameOwner(table)
  await makeBundle(folder, assertId(start.id))
  await removeOldest(settings)
  await writeJson(place('params.json'), { declared: start.declaredParams, detected: null })
  await writeFile(place('log.txt'), '')
  await writeFile(place('metrics.jsonl'), '')
  await writeJson(place(runName), { format: 1, owner, status: 'running', start, end: null } satisfies RunFile)
}

async function finish(folder: string, id: string, end: TrainingRunEnd): Promise<void> {
  const place = (name: string): string => placeOf(folder, id, name)
  const file = await readRunFile(place(runName))
  if (file === null) throw new MainwardError('not-found', `there is no run ${id} in ${folder}`)
  if (file.end !== null) throw new MainwardError('conflict', `run ${id} has ended already: ${file.status}`)
  await writeJson(place('params.json'), { declared: file.start.declaredParams, detected: end.detectedParams })
  await writeJson(place('artifacts.json'), end.artifacts)
  await writeJson(place(runName), { ...file, status: end.status, end })
}

function placeOf(folder: string, id: string, name: string): string {
  return join(folder, assertId(id), name)
}

/** An id is the name of a folder: nothing that leads out of it. */
function assertId(id: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(id)) return id
  throw new MainwardError('usage', `expected the id of a run (letters, digits, - and _), found ${JSON.stringify(id)}`)
}

async function makeBundle(folder: string, id: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  try {
    await mkdir(join(folder, id))
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) throw thrown
    throw new MainwardError('conflict', `there is a run ${id} in ${folder} already`, { cause: thrown })
  }
}

async function listIds(folder: string): Promise<readonly string[]> {
  const entries = (await readdir(folder, { withFileTypes: true }).catch(nullWhenMissing)) ?? []
  return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name)
}

/** A bundle without run.json was begun by a process that ended at once: it is no run. */
async function readRun(path: string, table: ProcessTable): Promise<TrainingRun | null> {
  const file = await readRunFile(path)
  if (file === null) return null
  const { status, start, end, owner } = file
  if (status !== 'running' || (await isAlive(owner, table, endsBy(start)))) return { status, start, end }
  return { status: 'interrupted', start, end }
}

/** Tests and training have their time limit each; the rest is small. */
function endsBy({ startedAt, limits }: TrainingRunStart): number {
  return Date.parse(startedAt) + 2 * limits.timeoutMs + 3_600_000
}

async function readRunFile(path: string): Promise<RunFile | null> {
  const text = await readFile(path, 'utf8').catch(nullWhenMissing)
  if (text === null) return null
  try {
    const file = JSON.parse(text) as Partial<RunFile> | null
    if (file?.format === 1 && file.start !== undefined && file.owner !== undefined) return file as RunFile
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown
  }
  throw new MainwardError('invalid-input', `${path} is no run that this version can read`, {
    hint: 'a newer Mainward wrote it, or it was changed: remove the folder if you do not need it',
  })
}

/** Runs that are going on, and what can not be read, stay. */
async function removeOldest({ folder, keep, table }: FolderSettings): Promise<void> {
  const ids = await listIds(folder)
  if (ids.length <= keep) return
  const runs = await Promise.all(ids.map(async (id) => ({ id, run: await readOrNull(join(folder, id, runName), table) })))
  const ended = runs.flatMap(({ id, run }) => (run === null || run.status === 'running' ? [] : [{ id, at: run.start.startedAt }]))
  const oldest = ended.sort((one, other) => (one.at < other.at ? 1 : -1)).slice(Math.max(0, keep - 1))
  for (const { id } of oldest) await rm(join(folder, id), { recursive: true, force: true })
}

async function readOrNull(path: string, table: ProcessTable): Promise<TrainingRun | null> {
  try {
    return await readRun(path, table)
  } catch (thrown) {
    if (thrown instanceof MainwardError) return null
    throw thrown
  }
}

async function writeJson(path: string, value: unknown): Promise<void> {
  const half = `${path}.half`
  try {
    await writeFile(half, `${JSON.stringify(value, null, 2)}\n`)
    await rename(half, path)
  } catch (thrown) {
    await rm(half, { force: true })
    throw thrown
  }
}
