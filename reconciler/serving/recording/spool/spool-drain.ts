/**
 * Moves whole segments of one folder into a store, in the order of their names, and deletes them. Goes on when the store is back.
 * Holds nothing up: its only connection with serving is the disk.
 */
import { readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MainwardError, messageOf } from '../../../core/error.ts'
import type { Logger } from '../../../core/log.ts'
import type { RecordingCounter } from '../recording-counts.ts'
import type { RefusedLine, SegmentLines, StoredSegment } from './record-store.ts'
import { withTimeLimit } from '../../state/time-limit.ts'
import { keepRejected } from './rejected-lines.ts'
import { adoptSegments, ignoreMissing, listSegments, measureFile } from './spool-folder.ts'

export interface SpoolDrainOptions {
  /** Absolute path of the segments. */
  readonly folder: string
  /** Absolute path for lines that the store refuses. */
  readonly rejectedFolder: string
  /** Put before the names of segments: unique among the data planes that share a store. */
  readonly origin: string
  /** Whether a worker may still write to its open segments. */
  readonly isLive: (worker: string) => boolean
  readonly store: (lines: SegmentLines) => Promise<StoredSegment>
  /** Data time before which lines are past their retention. */
  readonly oldestMs: () => number
  /** Bytes of segments above which the oldest ones are thrown away; null: none ever is. */
  readonly largestBytes: number | null
  readonly counter: RecordingCounter
  readonly log: Logger
  readonly times: DrainTimes
}

export interface DrainTimes {
  /** Pause when everything was drained. */
  readonly pollMs: number
  readonly firstRetryMs: number
  readonly largestRetryMs: number
}

export const defaultDrainTimes: DrainTimes = { pollMs: 250, firstRetryMs: 500, largestRetryMs: 15_000 }

/** A segment that fails so often for a reason that time does not mend is set aside as a whole. */
const largestAttempts = 5
/** Of lines that may be thrown away: beyond it they are only counted. */
const largestRejectedBytes = 100 * 1024 * 1024
/** How often the size of all segments is looked at while the store is away. */
const measureMs = 5_000

export class SpoolDrain {
  readonly #options: SpoolDrainOptions
  readonly #stop = new AbortController()
  readonly #rejected: { readonly folder: string; readonly largestBytes: number }
  #running: Promise<void> | null = null
  #failedSegment = { name: '', attempts: 0 }
  #problem = ''
  #measuredMs = Number.NEGATIVE_INFINITY

  constructor(options: SpoolDrainOptions) {
    this.#options = options
    const { rejectedFolder, largestBytes } = options
    this.#rejected = { folder: rejectedFolder, largestBytes: largestBytes === null ? Infinity : largestRejectedBytes }
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** Ends with the segment that is under way, and after a last try to store what is left, for at most so long. */
  async stop(lastMs: number): Promise<void> {
    this.#stop.abort()
    await withTimeLimit(this.#running ?? Promise.resolve(), lastMs, 'storing the last records')
      .then(() => this.#drainAll(performance.now() + lastMs))
      .catch((thrown: unknown) => this.#tellProblem(thrown))
  }

  /** Drains every whole segment once, the oldest first. Throws what the store or the disk says. */
  async #drainAll(deadlineMs: number | null): Promise<number> {
    const { folder, isLive } = this.#options
    await adoptSegments(folder, isLive)
    const names = await listSegments(folder)
    for (const name of names) {
      if (deadlineMs === null ? this.#stop.signal.aborted : performance.now() > deadlineMs) break
      await this.#drainSegment(name)
      await this.#enforceLimit()
    }
    return names.length
  }

  async #run(): Promise<void> {
    const { times } = this.#options
    let pauseMs = times.pollMs
    while (!this.#stop.signal.aborted) {
      try {
        const drained = await this.#drainAll(null)
        this.#tellRecovery()
        pauseMs = drained === 0 ? times.pollMs : 0
      } catch (thrown) {
        this.#tellProblem(thrown)
        await this.#enforceLimit().catch((error: unknown) => this.#tellProblem(error))
        pauseMs = Math.min(times.largestRetryMs, Math.max(times.firstRetryMs, pauseMs * 2))
      }
      await sleep(Math.max(pauseMs, 10), undefined, { signal: this.#stop.signal, ref: false }).catch(ignoreAbort)
    }
  }

  async #drainSegment(name: string): Promise<void> {
    const { folder, origin, store, oldestMs, counter } = this.#options
    const path = join(folder, name)
    const text = await readFile(path, 'utf8').catch(ignoreMissing)
    if (text === undefined) return
    const lines = text.split('\n').filter((line) => line !== '')
    const setAside = (refused: readonly RefusedLine[]): Promise<void> => keepRejected(this.#rejected, name, refused)
    try {
      const { expired, refused } = await store({ segment: `${origin}/${name}`, lines, oldestMs: oldestMs(), setAside })
      counter.addLost('expired', expired)
      counter.addLost('rejected', refused)
    } catch (thrown) {
      if (!this.#isHopeless(name, thrown)) throw thrown
      await setAside(lines.map((line) => ({ line, reason: messageOf(thrown) })))
      counter.addLost('rejected', lines.length)
      this.#options.log.error({ err: thrown, segment: name }, 'a segment of the spool was set aside: it can not be stored')
    }
    await unlink(path).catch(ignoreMissing)
  }

  #isHopeless(name: string, thrown: unknown): boolean {
    if (thrown instanceof MainwardError || isAboutSchema(thrown)) return false
    const { name: last, attempts } = this.#failedSegment
    this.#failedSegment = { name, attempts: last === name ? attempts + 1 : 1 }
    return this.#failedSegment.attempts >= largestAttempts
  }

  /** Throws the oldest segments away until the rest fits; each lost line is counted. */
  async #enforceLimit(): Promise<void> {
    const { folder, largestBytes, counter, log } = this.#options
    if (largestBytes === null || performance.now() - this.#measuredMs < measureMs) return
    this.#measuredMs = performance.now()
    const names = await listSegments(folder)
    const sizes = await Promise.all(names.map((name) => measureFile(join(folder, name))))
    let total = sizes.reduce((sum, size) => sum + size, 0)
    for (const [index, name] of names.entries()) {
      if (total <= largestBytes) return
      const path = join(folder, name)
      const lines = countLines(await readFile(path).catch(ignoreMissing))
      await unlink(path).catch(ignoreMissing)
      total -= sizes[index] ?? 0
      counter.addLost('spool-full', lines)
      log.warn({ segment: name, lines }, 'the spool is full: its oldest segment was thrown away')
    }
  }

  #tellProblem(thrown: unknown): void {
    const problem = messageOf(thrown)
    if (problem === this.#problem) return
    this.#problem = problem
    this.#options.log.warn({ err: thrown, folder: this.#options.folder }, 'records wait on disk: they can not be stored now')
  }

  #tellRecovery(): void {
    if (this.#problem !== '') this.#options.log.info({ folder: this.#options.folder }, 'the records that waited are stored')
    this.#problem = ''
  }
}

/** SQLSTATE class 42: tables that are not there yet, permissions. Someone else mends that. */
function isAboutSchema(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' && thrown.code.startsWith('42')
}

function countLines(content: Buffer | undefined): number {
  let lines = 0
  for (const byte of content ?? []) if (byte === 10) lines += 1
  return lines
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'AbortError') throw error
}
