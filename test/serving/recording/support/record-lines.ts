/** Records of predictions as lines, for tests of what comes after them. */
import type { PredictionRecord } from '../../../../reconciler/serving/recording/prediction-record.ts'

export function recordLine(changes: Partial<PredictionRecord> = {}): string {
  return `${JSON.stringify({
    time: '2013-06-01T05:00:00.000Z',
    model: 'flight-delay',
    unit: 'U1',
    row: { distance: 200, carrier: 'a\\b\t"c"\n' },
    environment: 'production',
    request_id: 'r1',
    row_index: 0,
    wall_time: '2026-11-24T10:00:00.000Z',
    version: 2,
    release: `sha256:${'a'.repeat(64)}`,
    variant: 'stable',
    assigned: true,
    score: 0.25,
    latency_ms: 1.5,
    state_version: { epoch: 1, sequence: 3 },
    sampled: 1,
    ...changes,
  } satisfies PredictionRecord)}\n`
}
