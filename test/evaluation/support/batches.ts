/** Rows for tests: batches that are there already. */
import type { EvaluationRows, RowBatch } from '../../../reconciler/evaluation/evaluation-rows.ts'

export function rowsOf(batches: readonly RowBatch[]): EvaluationRows {
  return {
    features: Object.keys(batches[0]?.features ?? {}),
    // eslint-disable-next-line @typescript-eslint/require-await -- the port is for rows that come in time
    batches: async function* () {
      yield* batches
    },
  }
}
