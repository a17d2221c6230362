/** The primary's side of recording: both spools into the store, and what is past its retention out of it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../core/error.ts'
import type { Logger } from '../../core/log.ts'
import { RecordingCounter, type RecordingCounts } from './recording-counts.ts'
import { oldestKept, retentionDays } from './retention.ts'
import type { RecordStore } from './spool/record-store.ts'
import { defaultDrainTimes, type DrainTimes, SpoolDrain } from './spool/spool-drain.ts'
import { spoolFolders } from './spool/spool-folders.ts'

export interface SpoolDrainStart {
  /** Absolute path; the workers' own. */
  readonly stateFolder: string
  /** Name of this data plane: unique among those that share the store. */
  readonly replica: string
  readonly store: RecordStore
  /** The data clock, milliseconds. */
  readonly dataNow: () => number
  /** Whether a worker lives: segments of the others are closed for them. */
  readonly isLive: (worker: string) => boolean
  readonly log: Logger
  readonly times?: Partial<DrainTimes>
  /** How often it is looked whether something is past its retention. Default: a minute. */
  readonly retentionEveryMs?: number
  /** Bytes of predictions on disk above which the oldest are thrown away. */
  readonly largestPredictionBytes?: number
}

export interface RunningSpoolDrain {
  readonly counts: () => { readonly predictions: RecordingCounts; readonly outcomes: RecordingCounts }
  /** Tries to store what is left for at most so long; the rest waits on disk for the next start. */
  stop(lastMs: number): Promise<void>
}

const defaultPredictionBytes = 1024 * 1024 * 1024

export function startSpoolDrain(start: SpoolDrainStart): RunningSpoolDrain {
  const { store, dataNow, log } = start
  const counters = { predictions: new RecordingCounter(), outcomes: new RecordingCounter() }
  const drains = [openPredictionDrain(start, counters.predictions), openOutcomeDrain(start, counters.outcomes)]
  for (const drain of drains) drain.start()
  const stop = new AbortController()
  const everyMs = start.retentionEveryMs ?? 60_000
  const retaining = keepRetention({ store, dataNow, log, everyMs, signal: stop.signal })
  return {
    counts: () => ({ predictions: counters.predictions.read(), outcomes: counters.outcomes.read() }),
    async stop(lastMs) {
      stop.abort()
      await Promise.all([retaining, ...drains.map((drain) => drain.stop(lastMs))])
    },
  }
}

function openPredictionDrain(start: SpoolDrainStart, counter: RecordingCounter): SpoolDrain {
  const folders = spoolFolders(start.stateFolder)
  return new SpoolDrain({
    ...sharedOptions(start, counter),
    folder: folders.predictions,
    rejectedFolder: folders.rejectedPredictions,
    origin: `${start.replica}/predictions`,
    store: (lines) => start.store.storePredictions(lines),
    oldestMs: () => oldestKept(start.dataNow(), retentionDays.predictions),
    largestBytes: start.largestPredictionBytes ?? defaultPredictionBytes,
  })
}

function openOutcomeDrain(start: SpoolDrainStart, counter: RecordingCounter): SpoolDrain {
  const folders = spoolFolders(start.stateFolder)
  return new SpoolDrain({
    ...sharedOptions(start, counter),
    folder: folders.outcomes,
    rejectedFolder: folders.rejectedOutcomes,
    origin: `${start.replica}/outcomes`,
    store: (lines) => start.store.storeOutcomes(lines),
    oldestMs: () => oldestKept(start.dataNow(), retentionDays.outcomes),
    largestBytes: null,
  })
}

function sharedOptions({ isLive, log, times }: SpoolDrainStart, counter: RecordingCounter) {
  return { isLive, log, counter, times: { ...defaultDrainTimes, ...times } }
}

interface RetentionParts {
  readonly store: RecordStore
  readonly dataNow: () => number
  readonly log: Logger
  readonly everyMs: number
  readonly signal: AbortSignal
}

/** Looks now and then whether a new day of data time has begun; a failure is tried again the next time. */
async function keepRetention({ store, dataNow, log, everyMs, signal }: RetentionParts): Promise<void> {
  let done = Number.NaN
  while (!signal.aborted) {
    const dataMs = dataNow()
    const predictionsMs = oldestKept(dataMs, retentionDays.predictions)
    const outcomesMs = oldestKept(dataMs, retentionDays.outcomes)
    if (predictionsMs !== done) {
      await store.removeExpired({ predictionsMs, outcomesMs, dataMs }).then(
        () => (done = predictionsMs),
        (thrown: unknown) => log.info({}, `old records are not removed now: ${messageOf(thrown)}`),
      )
    }
    await sleep(everyMs, undefined, { signal, ref: false }).catch((stopped: unknown) => {
      if (!signal.aborted) throw stopped
    })
  }
}
