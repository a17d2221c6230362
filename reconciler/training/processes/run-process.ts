/**
 * Runs one program as a child with a bounded log and limits on time, memory and disk, and ends it with everything it
 * started: at a limit, when it is cancelled, and after its normal end. Knows nothing of training.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ProcessEnd, ProcessRun, StopReason } from '../../core/training-run.ts'
import type { BoundedLog } from '../log/bounded-log.ts'
import { endTree, type EndingTimes } from './end-tree.ts'
import type { ProcessEntry, ProcessTable } from './process-table.ts'
import { guardTree } from './guard-tree.ts'
import { followTree, type ProcessTree } from './process-tree.ts'
import { watchDisk, watchMemory, watchTime } from './watch-limits.ts'

export interface ProcessRequest {
  readonly command: readonly string[]
  readonly folder: string
  /** Everything that the program gets of an environment. */
  readonly environment: Readonly<Record<string, string>>
  /** Name of the variable that marks every process of this run; one of `environment`. */
  readonly markedBy: string
  readonly limits: ProcessLimits
  /** Bytes that the program has written so far, where disk is limited. */
  readonly measureDisk: () => Promise<number>
  readonly log: BoundedLog
  readonly table: ProcessTable
  readonly ending: EndingTimes
  readonly signal: AbortSignal
}

/** Infinity where there is no limit. */
export interface ProcessLimits {
  readonly timeoutMs: number
  readonly memoryBytes: number
  readonly diskBytes: number
}

export interface ProcessResult extends ProcessRun {
  /** What outlived the program and was ended. */
  readonly strays: readonly ProcessEntry[]
  /** What could not be ended, since the kernel holds it. */
  readonly survivors: readonly ProcessEntry[]
  /** Processes of the whole machine that the kernel ended meanwhile for want of memory; 0 where it does not tell. */
  readonly memoryKills: number
}

/** How many of the last lines a result has. */
const tailLines = 30

/** Children that end with their parent need a moment to do so. */
const straysGraceMs = 500

/**
 * One channel for both streams keeps the lines in their order. No core dumps; a file that grows faster than the disk is
 * measured ends at twice the limit (`ulimit -f` counts blocks of 512 bytes: POSIX, ulimit).
 */
const prelude = 'ulimit -c 0; [ -z "$1" ] || ulimit -f "$1"; shift; exec "$@" 2>&1'

/** Resolves when no process of the run is left. Rejects when the program can not be started at all. */
export async function runProcess(request: ProcessRequest): Promise<ProcessResult> {
  const { table, signal } = request
  const killsBefore = await table.countMemoryKills()
  if (signal.aborted) return cancelledBefore(request)
  const logStart = request.log.position()
  const startedMs = performance.now()
  const child = await start(request)
  const guard = guardTree(child.pid, markOf(request))
  try {
    return await follow(request, { child, startedMs, killsBefore, logStart })
  } finally {
    guard.dismiss()
  }
}

interface Following {
  readonly child: Started
  readonly startedMs: number
  readonly killsBefore: number | null
  readonly logStart: number
}

async function follow(request: ProcessRequest, { child, startedMs, killsBefore, logStart }: Following): Promise<ProcessResult> {
  const { command, log, table } = request
  const tree = followTree({ table, root: child.pid, mark: markOf(request) })
  const memory = { peakBytes: null as number | null }
  const stopping = new AbortController()
  const first = await firstOf<ProcessEnd | StopReason>(tree, request, [
    child.ended,
    watch(request, { tree, memory, stop: stopping.signal }),
  ])
  stopping.abort()
  const durationMs = Math.round(performance.now() - startedMs)
  const endings = await endEverything(request, tree, first)
  await drained(child.process, log)
  const memoryKills = killsBefore === null ? 0 : ((await table.countMemoryKills()) ?? killsBefore) - killsBefore
  const end = typeof first === 'string' ? { kind: 'stopped' as const, reason: first } : withSuspect(first, memoryKills)
  const logTail = log.lastLines(tailLines, logStart)
  return { command, end, durationMs, peakMemoryBytes: memory.peakBytes, logTail, memoryKills, ...endings }
}

/** Nobody is left behind also when watching fails. */
async function firstOf<T>(tree: ProcessTree, { ending }: ProcessRequest, promises: readonly Promise<T>[]): Promise<T> {
  try {
    return await Promise.race(promises)
  } catch (thrown) {
    await endTree(tree, ending)
    throw thrown
  }
}

function cancelledBefore({ command }: ProcessRequest): ProcessResult {
  const nothing = { peakMemoryBytes: null, strays: [], survivors: [], memoryKills: 0, logTail: [] }
  return { command, end: { kind: 'stopped', reason: 'cancelled' }, durationMs: 0, ...nothing }
}

function markOf({ environment, markedBy }: ProcessRequest): string {
  return `${markedBy}=${environment[markedBy] ?? ''}`
}

interface Started {
  readonly process: ChildProcess
  readonly pid: number
  readonly ended: Promise<ProcessEnd>
}

/** The child leads a session of its own, so that Ctrl-C in the terminal reaches us alone. */
async function start({ command, folder, environment, limits, log }: ProcessRequest): Promise<Started> {
  const blocks = Number.isFinite(limits.diskBytes) ? String(Math.ceil(limits.diskBytes / 256)) : ''
  const child = spawn('/bin/sh', ['-c', prelude, 'sh', blocks, ...command], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  })
  child.stdout.on('data', (chunk: Uint8Array) => log.write(chunk))
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('exit', (code, name) => resolve(name === null ? { kind: 'exited', code: code ?? 0 } : signalled(name)))
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
  return { process: child, pid: child.pid ?? 0, ended }
}

function signalled(name: string): ProcessEnd {
  return { kind: 'signalled', signal: name, suspect: null }
}

function withSuspect(end: ProcessEnd, memoryKills: number): ProcessEnd {
  return end.kind === 'signalled' && end.signal === 'SIGKILL' && memoryKills > 0 ? { ...end, suspect: 'memory' } : end
}

interface Watched {
  readonly tree: ProcessTree
  readonly memory: { peakBytes: number | null }
  readonly stop: AbortSignal
}

/** Resolves with the first reason to stop, and never when there is none. */
function watch({ limits, signal, measureDisk }: ProcessRequest, { tree, memory, stop }: Watched): Promise<StopReason> {
  const onPeak = (bytes: number): void => {
    memory.peakBytes = Math.max(memory.peakBytes ?? 0, bytes)
  }
  return Promise.race([
    cancelled(signal, stop),
    watchTime(limits.timeoutMs, stop),
    watchMemory({ tree, limitBytes: limits.memoryBytes, onPeak, stop }),
    watchDisk({ measure: measureDisk, limitBytes: limits.diskBytes, stop }),
  ])
}

/** Many runs may share one signal: the listener goes with the run. */
function cancelled(signal: AbortSignal, stop: AbortSignal): Promise<StopReason> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve('cancelled'), { once: true, signal: stop })
    if (signal.aborted) resolve('cancelled')
  })
}

/** After a normal end whatever is still there had its time; at a limit everybody is asked to end first. */
async function endEverything(
  { ending }: ProcessRequest,
  tree: ProcessTree,
  first: ProcessEnd | StopReason,
): Promise<Pick<ProcessResult, 'strays' | 'survivors'>> {
  const strays = typeof first === 'string' ? [] : await waitForStrays(tree)
  const survivors = await endTree(tree, ending)
  return { strays, survivors: survivors.length > 0 ? survivors : await endTree(followAgain(tree), ending) }
}

/** Also those that showed no variables when they were first seen. */
function followAgain(tree: ProcessTree): ProcessTree {
  return { ...tree, look: () => tree.look(true) }
}

async function waitForStrays(tree: ProcessTree): Promise<readonly ProcessEntry[]> {
  const until = performance.now() + straysGraceMs
  for (;;) {
    const members = await tree.look(true)
    if (members.length === 0 || performance.now() >= until) return members
    await sleep(20)
  }
}

/** Everybody who could write is gone, so that the channel is at its end; one that the kernel holds may keep it open. */
async function drained(child: ChildProcess, log: BoundedLog): Promise<void> {
  const { stdout } = child
  if (stdout === null || stdout.readableEnded || stdout.destroyed) return
  await Promise.race([new Promise((resolve) => stdout.once('close', resolve)), sleep(2_000)])
  if (!stdout.destroyed) log.write(Buffer.from('\n[the rest of the output could not be read: a process still holds it]\n'))
  stdout.destroy()
}
