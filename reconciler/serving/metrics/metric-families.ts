/**
 * Every metric of the data plane, as plain values: a new one is one entry here. Knows nothing of how metrics are counted or
 * rendered. Label values come from the serving state and from closed lists alone: a client can not make new series.
 */

export interface MetricFamily {
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly labels: readonly string[]
  /** How the gauges of several processes become one; a counter or a histogram is always summed. */
  readonly merge?: 'sum' | 'max' | 'min'
}

export type MetricName = keyof typeof metricFamilies

/** Upper bounds of a histogram's buckets, in seconds. */
export const durationBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const

const version = ['model', 'version'] as const
const arm = [...version, 'variant'] as const

export const metricFamilies = {
  mainward_predictions_total: { type: 'counter', help: 'Rows predicted.', labels: arm },
  mainward_request_duration_seconds: {
    type: 'histogram',
    help: "Time from a request's last byte to its answer.",
    labels: ['route', 'model', 'status'],
  },
  mainward_request_errors_total: {
    type: 'counter',
    help: 'Requests that were refused or failed, by reason.',
    labels: ['route', 'model', 'reason'],
  },
  mainward_requests_over_budget_total: {
    type: 'counter',
    help: "Answered requests that took longer than the model's budget.",
    labels: arm,
  },
  mainward_fallbacks_total: {
    type: 'counter',
    help: 'Requests for this release that its fallback answered.',
    labels: arm,
  },
  mainward_requests_in_flight: { type: 'gauge', help: 'Requests being answered.', labels: [], merge: 'sum' },
  mainward_runs_total: { type: 'counter', help: 'Runs of a model; one run answers one or more requests.', labels: version },
  mainward_run_phase_seconds_total: {
    type: 'counter',
    help: 'Time of requests by phase: waiting in the queue, filling inputs, running the model, reading outputs.',
    labels: [...version, 'phase'],
  },
  mainward_loaded_releases: {
    type: 'gauge',
    help: 'Releases that are loaded and proven, in every worker.',
    labels: ['model'],
    merge: 'min',
  },
  mainward_serving_state_epoch: {
    type: 'gauge',
    help: 'Leader epoch of the serving state that was taken over; 0 before the first.',
    labels: [],
    merge: 'min',
  },
  mainward_serving_state_sequence: {
    type: 'gauge',
    help: 'Sequence of the serving state that was taken over; 0 before the first.',
    labels: [],
    merge: 'min',
  },
  mainward_workers: { type: 'gauge', help: 'Worker processes that answer requests.', labels: [], merge: 'sum' },
  mainward_worker_restarts_total: { type: 'counter', help: 'Worker processes that died and were replaced.', labels: [] },
  mainward_release_crashes_total: {
    type: 'counter',
    help: 'Deaths of a worker process while it ran or loaded this release.',
    labels: version,
  },
  mainward_feature_rows_total: {
    type: 'counter',
    help: 'Rows of views that were read for requests, by what was found.',
    labels: ['view', 'status'],
  },
  mainward_on_demand_failures_total: {
    type: 'counter',
    help: 'Values of on-demand features that could not be computed, and are null.',
    labels: ['model', 'feature'],
  },
  mainward_feature_read_duration_seconds: {
    type: 'histogram',
    help: 'Time of the online store for the features of one request.',
    labels: ['result'],
  },
  mainward_pushed_rows_total: { type: 'counter', help: 'Pushed rows that are in the online store.', labels: ['view'] },
  mainward_records_total: { type: 'counter', help: 'Records of predictions that were written to the spool.', labels: [] },
  mainward_records_sampled_out_total: {
    type: 'counter',
    help: 'Predictions that were not drawn to be recorded: the weights of others stand for them.',
    labels: [],
  },
  mainward_records_lost_total: {
    type: 'counter',
    help: 'Records of predictions that are lost, by reason (docs/records.md).',
    labels: ['reason'],
  },
  mainward_outcomes_total: { type: 'counter', help: 'Outcomes that were acknowledged.', labels: [] },
  mainward_outcomes_lost_total: {
    type: 'counter',
    help: 'Acknowledged outcomes that are not in the database, by reason: rejected ones lie on disk.',
    labels: ['reason'],
  },
  process_cpu_user_seconds_total: { type: 'counter', help: 'User CPU time of all processes.', labels: [] },
  process_cpu_system_seconds_total: { type: 'counter', help: 'System CPU time of all processes.', labels: [] },
  process_cpu_seconds_total: { type: 'counter', help: 'User and system CPU time of all processes.', labels: [] },
  process_start_time_seconds: {
    type: 'gauge',
    help: 'Start of the oldest process, in seconds since 1970.',
    labels: [],
    merge: 'min',
  },
  process_resident_memory_bytes: { type: 'gauge', help: 'Resident memory of all processes.', labels: [], merge: 'sum' },
  nodejs_heap_size_used_bytes: { type: 'gauge', help: 'JavaScript heap in use in all processes.', labels: [], merge: 'sum' },
  nodejs_external_memory_bytes: {
    type: 'gauge',
    help: 'Memory of JavaScript objects outside of the heap in all processes.',
    labels: [],
    merge: 'sum',
  },
  nodejs_eventloop_lag_p99_seconds: {
    type: 'gauge',
    help: 'The 99th percentile of the delay of the event loop in the last seconds, in the slowest process.',
    labels: [],
    merge: 'max',
  },
} as const satisfies Record<string, MetricFamily>
