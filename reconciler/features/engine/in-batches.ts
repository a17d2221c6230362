/** Rows that are all there, as an engine loads them: in portions, each made when its turn comes. */
import type { Cell } from './engine.ts'

const batchRows = 2_000

export function* inBatches<Row>(
  rows: readonly Row[],
  cellsOf: (row: Row, index: number) => readonly Cell[],
): Generator<readonly (readonly Cell[])[]> {
  for (let at = 0; at < rows.length; at += batchRows) {
    yield rows.slice(at, at + batchRows).map((row, index) => cellsOf(row, at + index))
  }
}
