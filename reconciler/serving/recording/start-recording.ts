/** The worker's side of recording: a recorder for predictions and an intake for outcomes, both into the spool on disk. */
import type { Logger } from '../../core/log.ts'
import type { OutcomeSink } from '../outcomes/take-outcomes.ts'
import { defaultRecorderLimits, PredictionRecorder, type RecorderLimits } from './prediction-recorder.ts'
import { RecordingCounter, type RecordingCounts } from './recording-counts.ts'
import type { Recorder } from './served-entry.ts'
import { spoolFolders } from './spool/spool-folders.ts'
import { defaultSpoolLimits, SpoolWriter } from './spool/spool-writer.ts'

export interface RecordingOptions {
  readonly environment: string
  /** Absolute path; recording writes only below its `serving/spool`. */
  readonly stateFolder: string
  /** Unique among all processes that ever ran on this state folder; letters, digits and `_`. */
  readonly worker: string
  readonly log: Logger
  readonly wallNow: () => number
  readonly limits?: Partial<RecorderLimits>
}

export interface Recording {
  readonly recorder: Recorder
  readonly outcomes: OutcomeSink
  readonly counts: () => RecordingCounts
  /** Writes everything that was handed over and closes the segments. Nothing is taken any more. */
  stop(): Promise<void>
}

/** Bytes of outcomes on disk above which none is taken any more: 503. */
const largestOutcomeBytes = 1024 * 1024 * 1024

export function startRecording({ environment, stateFolder, worker, log, wallNow, limits }: RecordingOptions): Recording {
  const counter = new RecordingCounter()
  const folders = spoolFolders(stateFolder)
  const shared = { ...defaultSpoolLimits, worker, wallNow }
  const predictions = new SpoolWriter({ ...shared, folder: folders.predictions, durable: false, folderBytes: null })
  const outcomes = new SpoolWriter({ ...shared, folder: folders.outcomes, durable: true, folderBytes: largestOutcomeBytes })
  const recorder = new PredictionRecorder({
    environment,
    sink: predictions,
    counter,
    log,
    limits: { ...defaultRecorderLimits, ...limits },
    now: () => performance.now(),
  })
  return {
    recorder,
    outcomes: {
      async append(lines, count) {
        await outcomes.append(lines)
        counter.addOutcomes(count)
      },
    },
    counts: () => counter.read(),
    async stop() {
      await recorder.flush()
      await Promise.all([predictions.close(), outcomes.close()])
    },
  }
}
