/** Sends records as predictions at their pace and moves the data clock along. Effects come as ports. */
import { MainwardError } from '../../core/error.ts'
import type { ReplayRecord } from './replay-records.ts'
import { type ReplayOutcome, type ReplaySummary, ReplayTally } from './replay-tally.ts'

export interface ReplayPorts {
  /** Never rejects: a failure is an outcome. */
  predict(record: ReplayRecord): Promise<ReplayOutcome>
  /** Where the data clock was moved to, in milliseconds; -Infinity: nowhere yet; null: it can not be moved from here. */
  readClock(): Promise<number | null>
  /** Moves the data clock. Resolves when online views are computed as of it, or waiting for them is given up; to false when it is refused. */
  moveClock(timeMs: number): Promise<boolean>
  /** Milliseconds that never jump. */
  now(): number
  /** Resolves after the time, or at once when the replay is stopped. */
  sleep(milliseconds: number): Promise<void>
  report(progress: ReplayProgress): void
}

export interface ReplayProgress {
  /** Share of the file, 0 to 1. */
  readonly share: number
  readonly sent: number
  readonly failed: number
  readonly elapsedMs: number
  readonly dataTimeMs: number
}

export interface ReplayOptions {
  /** Seconds of data a second; 0: as fast as possible. */
  readonly speed: number
  /** Predictions in flight at once. */
  readonly concurrency: number
  readonly signal: AbortSignal
}

/** The data clock moves at most this often, counted from when views were computed; predictions of the time before are answered first. */
const clockIntervalMs = 1_000

/** After this without any answer the data plane counts as dead. */
const giveUpMs = 30_000

/**
 * Sends all records, or those until the signal. Resolves when every prediction that was sent has been answered. Throws
 * `unavailable` when nothing has answered for 30 s.
 */
export async function runReplay(
  records: AsyncIterable<ReplayRecord>,
  ports: ReplayPorts,
  options: ReplayOptions,
): Promise<ReplaySummary> {
  const tally = new ReplayTally()
  const flight = new Set<Promise<void>>()
  const startedMs = ports.now()
  const clock = new DataClock(ports)
  const silence = new Silence()
  let firstMs: number | null = null
  let last: ReplayRecord | null = null
  for await (const record of records) {
    firstMs ??= record.timeMs
    if (options.speed > 0) await ports.sleep(startedMs + (record.timeMs - firstMs) / options.speed - ports.now())
    if (options.signal.aborted) break
    if (clock.isDue(record.timeMs)) {
      await Promise.all(flight)
      await clock.move(record.timeMs)
    }
    while (flight.size >= options.concurrency) await Promise.race(flight)
    silence.assertHeard(ports.now())
    const sentMs = ports.now()
    const prediction = ports.predict(record).then((outcome) => {
      silence.hear(outcome, sentMs)
      tally.add(outcome)
      flight.delete(prediction)
    })
    flight.add(prediction)
    last = record
    ports.report(progressOf(record, tally, ports.now() - startedMs))
  }
  await Promise.all(flight)
  if (last !== null) {
    await clock.move(last.timeMs)
    ports.report(progressOf(last, tally, ports.now() - startedMs))
  }
  return tally.summarize(ports.now() - startedMs)
}

/** Since when nothing has answered. */
class Silence {
  #sinceMs: number | null = null
  #reason = ''

  hear(outcome: ReplayOutcome, sentMs: number): void {
    const isSilent = outcome.type === 'failed' && outcome.unanswered === true
    this.#sinceMs = isSilent ? Math.min(this.#sinceMs ?? sentMs, sentMs) : null
    if (isSilent) this.#reason = outcome.reason
  }

  assertHeard(nowMs: number): void {
    if (this.#sinceMs === null || nowMs - this.#sinceMs < giveUpMs) return
    throw new MainwardError('unavailable', `the data plane has not answered for ${giveUpMs / 1000} s: ${this.#reason}`, {
      hint: 'start it, or name another one with --serving URL',
    })
  }
}

/** Moves the clock forward only, and not for every record. */
class DataClock {
  readonly #ports: ReplayPorts
  /** Records up to it do not move the clock: an earlier replay did. Null: the clock can not be moved. */
  #standsAt: number | null | undefined
  #movedAt = Number.NEGATIVE_INFINITY

  constructor(ports: ReplayPorts) {
    this.#ports = ports
  }

  isDue(timeMs: number): boolean {
    return this.#mayMoveTo(timeMs) && this.#ports.now() - this.#movedAt >= clockIntervalMs
  }

  async move(timeMs: number): Promise<void> {
    if (this.#standsAt === undefined) this.#standsAt = await this.#ports.readClock()
    if (!this.#mayMoveTo(timeMs)) return
    this.#standsAt = (await this.#ports.moveClock(timeMs)) ? timeMs : await this.#readRefusing()
    this.#movedAt = this.#ports.now()
  }

  /** A clock that refused stands further, because somebody moved it; one that was never moved is no clock for people. */
  async #readRefusing(): Promise<number | null> {
    const standsAt = await this.#ports.readClock()
    return standsAt === Number.NEGATIVE_INFINITY ? null : standsAt
  }

  #mayMoveTo(timeMs: number): boolean {
    return this.#standsAt === undefined || (this.#standsAt !== null && timeMs > this.#standsAt)
  }
}

function progressOf(record: ReplayRecord, tally: ReplayTally, elapsedMs: number): ReplayProgress {
  return { share: record.progress, sent: tally.sent, failed: tally.failed, elapsedMs, dataTimeMs: record.timeMs }
}
