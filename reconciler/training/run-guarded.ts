/** Runs one program of a run in a fresh folder, and finds out what it touched that it must not. */
import { join } from 'node:path'
import type { MainwardError } from '../core/error.ts'
import { discardEnvironment } from './environment/environment-cache.ts'
import { findProgramProblem } from './find-program.ts'
import { compareFingerprints, takeFingerprint, type WatchedFolder } from './folder/fingerprint.ts'
import { digestFile } from './folder/list-output.ts'
import { measureFolder } from './folder/measure-folder.ts'
import { nullWhenMissing } from './folder/when-missing.ts'
import { copyData, layOutRunFolder, type RunFolder } from './folder/run-folder.ts'
import { describeProcesses } from './outcome/describe-processes.ts'
import { runProcess, type ProcessResult } from './processes/run-process.ts'
import type { TrainerRequest } from './trainer-request.ts'
import { nameTrainerVariables, runVariable } from './trainer-variables.ts'

export interface GuardedRequest {
  readonly request: TrainerRequest
  readonly folder: RunFolder
  readonly command: readonly string[]
  /** As messages name it: `the trainer`. */
  readonly name: string
  /** Whether it gets the training data. */
  readonly withData: boolean
}

export interface GuardedRun {
  /** Null: it could not be started. */
  readonly run: ProcessResult | null
  /** Why it could not be started. */
  readonly problem: MainwardError | null
  /** What it changed outside of its folder, each a sentence. */
  readonly touched: readonly string[]
  readonly warnings: readonly string[]
}

const shownChanges = 5

/** Throws what laying out the folder throws: `not-found`, `invalid-input`, `environment`. */
export async function runGuarded(guarded: GuardedRequest): Promise<GuardedRun> {
  const { request, folder, command, name } = guarded
  await layOutRunFolder(folder, request.sources, request.params)
  const data = guarded.withData ? await placeData(guarded) : []
  const problem = await findProgramProblem({ command, folder: folder.code, path: request.environment.path, name })
  if (problem !== null) return { run: null, problem, touched: [], warnings: [] }
  const watched = watchedFolders(guarded)
  const before = await Promise.all(watched.map(takeFingerprint))
  const run = withDisk(await start(guarded, data), request.limits.diskBytes, await measureWritten(folder))
  const changes = await Promise.all(before.map(async (each) => compareFingerprints(each, await takeFingerprint(each.watched))))
  const touched = [
    ...watched.flatMap((each, index) => describeChanges(name, each, changes[index] ?? [])),
    ...(await findChangedData(name, data)),
  ]
  if ((changes.at(-1) ?? []).length > 0 && request.environment.own !== null)
    await discardEnvironment(request.environment.own.folder)
  const partial = before
    .filter(({ isPartial }) => isPartial)
    .map(({ watched: each }) => `of ${each.name} only a part was watched: it has too many files`)
  return { run, problem: null, touched, warnings: [...describeProcesses(name, run), ...partial] }
}

interface PlacedData {
  readonly variable: 'trainFile' | 'validationFile'
  readonly name: string
  readonly path: string
  readonly sha256: string
}

/** Copies: whatever happens to them, the caller's files stay as they were. */
async function placeData({ request, folder }: GuardedRequest): Promise<readonly PlacedData[]> {
  const wanted = [
    ['trainFile', 'train.parquet', request.trainFile],
    ['validationFile', 'validation.parquet', request.validationFile],
  ] as const
  const placed: PlacedData[] = []
  for (const [variable, name, from] of wanted) {
    if (from === null) continue
    const path = join(folder.data, name)
    await copyData(from, path)
    placed.push({ variable, name, path, sha256: await digestFile(path) })
  }
  return placed
}

async function findChangedData(name: string, data: readonly PlacedData[]): Promise<readonly string[]> {
  const found = await Promise.all(data.map(async (each) => ({ each, now: await digestFile(each.path).catch(nullWhenMissing) })))
  return found
    .filter(({ each, now }) => now !== each.sha256)
    .map(({ each }) => `${name} changed its training data: ${each.name} (your own files are as before: it had a copy)`)
}

/** The trainer's own environment stands last. */
function watchedFolders({ request }: GuardedRequest): readonly WatchedFolder[] {
  const own = request.environment.own
  const environment = own === null ? [] : [{ name: 'the Python environment', folder: own.sitePackages, except: [], deep: false }]
  return [...request.watched.map((each) => ({ ...each, except: [...each.except, request.folder] })), ...environment]
}

function describeChanges(name: string, { name: place }: WatchedFolder, changes: readonly string[]): readonly string[] {
  if (changes.length === 0) return []
  const more = changes.length > shownChanges ? ` and ${changes.length - shownChanges} more` : ''
  return [`${place} changed while ${name} ran: ${changes.slice(0, shownChanges).join(', ')}${more}`]
}

function start({ request, folder, command }: GuardedRequest, data: readonly PlacedData[]): Promise<ProcessResult> {
  const { runId, seed, limits, environment, inherited, log, table, graceMs, signal } = request
  const placeOf = (variable: PlacedData['variable']): string | null =>
    data.find((each) => each.variable === variable)?.path ?? null
  const variables = nameTrainerVariables({
    folder,
    trainFile: placeOf('trainFile'),
    validationFile: placeOf('validationFile'),
    outputFolder: folder.output,
    runId,
    seed,
    threads: limits.threads,
    path: environment.path,
    inherited,
  })
  return runProcess({
    command,
    folder: folder.code,
    environment: variables,
    markedBy: runVariable,
    limits,
    measureDisk: () => measureWritten(folder),
    log,
    table,
    ending: { graceMs, killMs: 10_000 },
    signal,
  })
}

function measureWritten(folder: RunFolder): Promise<number> {
  return measureFolder(folder.root, [folder.data])
}

/** A program that ended, or failed for want of room, before anybody looked again, passed its limit all the same. */
function withDisk(run: ProcessResult, limitBytes: number, writtenBytes: number): ProcessResult {
  return run.end.kind === 'stopped' || writtenBytes <= limitBytes ? run : { ...run, end: { kind: 'stopped', reason: 'disk' } }
}
