/** Losses of records as metrics: every reason is counted under its name, from worker and primary alike. */
import { expect, it } from 'vitest'
import { MetricRegistry } from '../../../reconciler/serving/metrics/metric-registry.ts'
import { observeRecording, observeSpoolDrain } from '../../../reconciler/serving/metrics/observe-recording.ts'
import { RecordingCounter } from '../../../reconciler/serving/recording/recording-counts.ts'

function series(registry: MetricRegistry): readonly string[] {
  return registry.snapshot().map(({ name, labels, values }) => [name, ...labels, ...values].join(' '))
}

it('shows what a worker recorded and lost', () => {
  const registry = new MetricRegistry()
  const counter = new RecordingCounter()
  observeRecording(registry, () => counter.read())
  counter.addRecorded(5)
  counter.addSampledOut(1)
  counter.addOutcomes(3)
  counter.addLost('memory', 7)
  counter.addLost('memory', 1)
  expect(series(registry)).toEqual([
    'mainward_records_total 5',
    'mainward_records_sampled_out_total 1',
    'mainward_outcomes_total 3',
    'mainward_records_lost_total memory 8',
  ])
})

it('shows what the primary could not store, predictions and outcomes apart', () => {
  const registry = new MetricRegistry()
  const counters = { predictions: new RecordingCounter(), outcomes: new RecordingCounter() }
  observeSpoolDrain(registry, () => ({ predictions: counters.predictions.read(), outcomes: counters.outcomes.read() }))
  counters.predictions.addLost('spool-full', 60)
  counters.outcomes.addLost('rejected', 1)
  expect(series(registry)).toEqual(['mainward_records_lost_total spool-full 60', 'mainward_outcomes_lost_total rejected 1'])
})
