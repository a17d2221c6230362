/** What became of records and outcomes, read before every snapshot. A worker observes its recording, the primary its drain. */
import type { RecordingCounts } from '../recording/recording-counts.ts'
import type { MetricRegistry } from './metric-registry.ts'

/** Of a worker: what was written, drawn, and lost on the way to the disk. */
export function observeRecording(registry: MetricRegistry, counts: () => RecordingCounts): void {
  registry.beforeSnapshot(() => {
    const { recorded, sampledOut, outcomes, lost } = counts()
    registry.number('mainward_records_total').set(recorded)
    registry.number('mainward_records_sampled_out_total').set(sampledOut)
    registry.number('mainward_outcomes_total').set(outcomes)
    setLost(registry, 'mainward_records_lost_total', lost)
  })
}

/** Of the primary: what was lost between the disk and the database. */
export function observeSpoolDrain(
  registry: MetricRegistry,
  counts: () => { readonly predictions: RecordingCounts; readonly outcomes: RecordingCounts },
): void {
  registry.beforeSnapshot(() => {
    const { predictions, outcomes } = counts()
    setLost(registry, 'mainward_records_lost_total', predictions.lost)
    setLost(registry, 'mainward_outcomes_lost_total', outcomes.lost)
  })
}

/** Reasons that never happened have no series. */
function setLost(
  registry: MetricRegistry,
  name: 'mainward_records_lost_total' | 'mainward_outcomes_lost_total',
  lost: RecordingCounts['lost'],
): void {
  for (const [reason, count] of Object.entries(lost)) if (count > 0) registry.number(name, reason).set(count)
}
