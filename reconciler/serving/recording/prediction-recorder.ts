/**
 * Records predictions: takes entries from the prediction path without a pause, draws and writes them later in short slices, and
 * hands the lines to the spool. What is lost is counted by its reason. Knows no disk and no database.
 */
import { messageOf } from '../../core/error.ts'
import type { Logger } from '../../core/log.ts'
import { AdaptiveShare } from './adaptive-share.ts'
import { drawableShare, isDrawn } from './draw-unit.ts'
import { EntryQueue, type QueueLimits } from './entry-queue.ts'
import { type RecordEncoder, RecordEncoders, unitAt } from './record-encoder.ts'
import type { RecordingCounter } from './recording-counts.ts'
import type { Recorder, ServedEntry } from './served-entry.ts'

/** Where lines go. Rejects when they were not written. */
export interface LineSink {
  append(lines: string, count: number): Promise<void>
}

export interface RecorderLimits extends QueueLimits {
  /** Records a second, at most. */
  readonly recordsPerSecond: number
  /** Time after which a slice of work gives the event loop back. */
  readonly sliceMs: number
  /** Time between two slices. */
  readonly pauseMs: number
}

export const defaultRecorderLimits: RecorderLimits = {
  entries: 10_000,
  bytes: 32 * 1024 * 1024,
  recordsPerSecond: 2_000,
  sliceMs: 2,
  pauseMs: 20,
}

export interface RecorderParts {
  readonly environment: string
  readonly sink: LineSink
  readonly counter: RecordingCounter
  readonly log: Logger
  readonly limits: RecorderLimits
  /** Milliseconds that never jump. */
  readonly now: () => number
}

export class PredictionRecorder implements Recorder {
  readonly #parts: RecorderParts
  readonly #queue: EntryQueue
  readonly #encoders: RecordEncoders
  readonly #share: AdaptiveShare
  readonly #writing = new Set<Promise<void>>()
  #timer: NodeJS.Timeout | undefined
  /** Next row of the oldest entry. */
  #row = 0
  #failure = ''

  constructor(parts: RecorderParts) {
    this.#parts = parts
    this.#queue = new EntryQueue(parts.limits)
    this.#encoders = new RecordEncoders(parts.environment)
    this.#share = new AdaptiveShare(parts.limits.recordsPerSecond)
  }

  record(entry: ServedEntry): void {
    const share = this.#share.share < 1 && hasOneUnit(entry) ? this.#drawAtOnce(entry) : 1
    if (share === null) return
    if (!this.#queue.add(entry, share)) {
      this.#parts.counter.addLost('memory', entry.rows)
      return
    }
    this.#timer ??= this.#schedule()
  }

  /**
   * The share by which an entry of one unit is drawn; null when all of its rows are left out. Where most are, nothing of them is
   * kept: what waits in the queue would have to be moved by the garbage collector.
   */
  #drawAtOnce(entry: ServedEntry): number | null {
    const unit = unitAt(entry, 0) ?? entry.requestId
    const { share: wanted } = this.#encoders.of(entry.release)
    const share = drawableShare(wanted * this.#share.share)
    if (isDrawn(unit, share)) return share
    if (wanted >= 1 || isDrawn(unit, wanted)) this.#share.offer(entry.rows)
    this.#parts.counter.addSampledOut(entry.rows)
    return null
  }

  /** Writes everything that was handed over. Resolves when the sink has it, or has refused it. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    while (this.#queue.length > 0) this.#writeSlice()
    await Promise.all(this.#writing)
  }

  #schedule(): NodeJS.Timeout {
    return setTimeout(() => {
      this.#timer = undefined
      this.#writeSlice()
      if (this.#queue.length > 0) this.#timer ??= this.#schedule()
    }, this.#parts.limits.pauseMs).unref()
  }

  #writeSlice(): void {
    const { now, limits } = this.#parts
    const startedMs = now()
    this.#share.startSlice(startedMs)
    const batch = { lines: '', count: 0 }
    for (let entry = this.#queue.peek(); entry !== undefined; entry = this.#queue.peek()) {
      this.#writeRows(entry, batch, startedMs + limits.sliceMs)
      if (this.#row < entry.rows) break
      this.#row = 0
      this.#queue.remove()
      if (now() - startedMs >= limits.sliceMs) break
    }
    if (batch.count > 0) this.#handOver(batch.lines, batch.count)
  }

  /** Stops in the middle of an entry of many rows when the time is over. */
  #writeRows(entry: ServedEntry, batch: { lines: string; count: number }, endMs: number): void {
    try {
      const encoder = this.#encoders.of(entry.release)
      while (this.#row < entry.rows) {
        const index = this.#row++
        const line = this.#writeRow(entry, index, encoder)
        if (line !== null) {
          batch.lines += line
          batch.count += 1
        }
        if (index % 16 === 15 && this.#parts.now() >= endMs) return
      }
    } catch (thrown) {
      this.#parts.counter.addLost('encoding', entry.rows - this.#row + 1)
      this.#row = entry.rows
      this.#warn(`a prediction of ${entry.release.model} could not be recorded: ${messageOf(thrown)}`)
    }
  }

  /** Null: not drawn, or one too many. */
  #writeRow(entry: ServedEntry, index: number, encoder: RecordEncoder): string | null {
    const { counter } = this.#parts
    const unit = unitAt(entry, index) ?? entry.requestId
    if (encoder.share < 1 && !isDrawn(unit, encoder.share)) {
      counter.addSampledOut(1)
      return null
    }
    this.#share.offer(1)
    const share = Math.min(this.#queue.share, drawableShare(encoder.share * this.#share.share))
    if (!isDrawn(unit, share)) {
      counter.addSampledOut(1)
      return null
    }
    if (this.#share.exhausted) {
      counter.addLost('rate', 1)
      return null
    }
    this.#share.keep()
    return encoder.encode(entry, index, share)
  }

  #handOver(lines: string, count: number): void {
    const { sink, counter } = this.#parts
    const writing = sink
      .append(lines, count)
      .then(
        () => {
          counter.addRecorded(count)
          this.#failure = ''
        },
        (thrown: unknown) => {
          counter.addLost('disk', count)
          this.#warn(`predictions are not recorded: ${messageOf(thrown)}`)
        },
      )
      .finally(() => this.#writing.delete(writing))
    this.#writing.add(writing)
  }

  /** The same failure is told once. */
  #warn(message: string): void {
    if (message === this.#failure) return
    this.#failure = message
    this.#parts.log.warn({}, message)
  }
}

/** Then all of its rows are drawn, or none is. */
function hasOneUnit({ units, rows }: ServedEntry): boolean {
  return rows === 1 || units === null || typeof units === 'string'
}
