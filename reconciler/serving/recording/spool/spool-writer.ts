/**
 * Appends lines to the segments of one worker, one write at a time: what arrives during a write shares the next one, and its
 * fsync. A segment is closed when it is large or old enough. Knows nothing of what the lines say.
 */
import { MainwardError, messageOf } from '../../../core/error.ts'
import type { LineSink } from '../prediction-recorder.ts'
import { SegmentFile } from './segment-file.ts'
import { segmentStem } from './segment-name.ts'
import { measureFolder } from './spool-folder.ts'

export interface SpoolWriterOptions {
  /** Absolute path; made when it is not there. */
  readonly folder: string
  /** Unique among all processes that ever wrote to the folder; letters, digits and `_`. */
  readonly worker: string
  /** Lines are on disk (fsync) before they count as written. */
  readonly durable: boolean
  readonly segmentBytes: number
  readonly segmentMs: number
  /** Bytes that may wait for the disk. */
  readonly pendingBytes: number
  /** Bytes of the folder above which nothing is taken; null: someone else keeps it small. */
  readonly folderBytes: number | null
  readonly wallNow: () => number
}

export const defaultSpoolLimits = { segmentBytes: 1024 * 1024, segmentMs: 1_000, pendingBytes: 8 * 1024 * 1024 } as const

/** The size of the folder is looked at this often. */
const measureMs = 5_000
/** A disk that failed is left alone for so long: a try costs a file. */
const pauseAfterFailureMs = 1_000

interface Waiting {
  readonly lines: string
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export class SpoolWriter implements LineSink {
  readonly #options: SpoolWriterOptions
  #waiting: Waiting[] = []
  #waitingBytes = 0
  #pumping: Promise<void> | null = null
  #segment: SegmentFile | null = null
  #number = 0
  #timer: NodeJS.Timeout | undefined
  #closed = false
  #expired = false
  #failedMs = Number.NEGATIVE_INFINITY
  #measuredMs = Number.NEGATIVE_INFINITY
  #folderBytes = 0

  constructor(options: SpoolWriterOptions) {
    this.#options = options
  }

  /** Resolves when the lines are written. Throws `unavailable`: then nobody may count on them. */
  append(lines: string): Promise<void> {
    if (this.#closed) return Promise.reject(unavailable('the server is stopping'))
    if (performance.now() - this.#failedMs < pauseAfterFailureMs)
      return Promise.reject(unavailable('the disk of the spool failed a moment ago: nothing was kept'))
    if (this.#waitingBytes + lines.length > this.#options.pendingBytes) {
      return Promise.reject(unavailable('the disk of the spool does not keep up'))
    }
    this.#waitingBytes += lines.length
    return new Promise((resolve, reject) => {
      this.#waiting.push({ lines, resolve, reject })
      this.#pumping ??= this.#pump()
    })
  }

  /** Writes what waits and closes the segment; nothing is taken any more. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#pumping
    await this.#closeSegment()
  }

  async #pump(): Promise<void> {
    // One turn: requests of the same turn share the write.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#waiting.length > 0 || this.#expired) {
      if (this.#expired) await this.#closeSegment()
      const batch = this.#waiting
      this.#waiting = []
      try {
        if (batch.length > 0) await this.#write(Buffer.from(batch.map(({ lines }) => lines).join('')))
        for (const { resolve } of batch) resolve()
      } catch (thrown) {
        this.#failedMs = performance.now()
        const error =
          thrown instanceof MainwardError ? thrown : unavailable(describeDiskFailure(thrown, this.#options.folder), thrown)
        for (const { reject } of batch) reject(error)
        await this.#closeSegment()
      }
      for (const { lines } of batch) this.#waitingBytes -= lines.length
    }
    this.#pumping = null
  }

  async #write(content: Buffer): Promise<void> {
    const { durable, segmentBytes, segmentMs } = this.#options
    await this.#refuseFullFolder()
    if (this.#segment === null) {
      this.#segment = await this.#openSegment()
      this.#timer = setTimeout(() => this.#expire(), segmentMs).unref()
    }
    await this.#segment.append(content, durable)
    if (this.#segment.bytes >= segmentBytes) await this.#closeSegment()
  }

  async #openSegment(): Promise<SegmentFile> {
    const { folder, worker, durable, wallNow } = this.#options
    return SegmentFile.create(folder, segmentStem(wallNow(), worker, this.#number++), durable)
  }

  /** An old segment is closed behind the write that is under way. */
  #expire(): void {
    this.#expired = true
    this.#pumping ??= this.#pump()
  }

  /** A segment that can not be closed now is closed by whoever drains, once this process is gone. */
  async #closeSegment(): Promise<void> {
    clearTimeout(this.#timer)
    this.#expired = false
    const segment = this.#segment
    this.#segment = null
    await segment?.close(this.#options.durable).catch(() => undefined)
  }

  async #refuseFullFolder(): Promise<void> {
    const { folder, folderBytes, wallNow } = this.#options
    if (folderBytes === null) return
    const nowMs = wallNow()
    if (nowMs - this.#measuredMs >= measureMs || nowMs < this.#measuredMs) {
      this.#measuredMs = nowMs
      this.#folderBytes = await measureFolder(folder)
    }
    if (this.#folderBytes > folderBytes) throw unavailable(`the spool ${folder} is full: the database has not taken it for long`)
  }
}

/** Callers read it: what failed, where, and when it is over. */
export function describeDiskFailure(thrown: unknown, folder: string): string {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? `the disk of the spool is full: nothing is kept until there is room for ${folder}`
    : `the spool ${folder} can not be written: ${messageOf(thrown)}`
}

function unavailable(message: string, cause?: unknown): MainwardError {
  return new MainwardError('unavailable', message, { retry: 'backoff', ...(cause === undefined ? {} : { cause }) })
}
