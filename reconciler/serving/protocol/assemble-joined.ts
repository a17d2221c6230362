/** The rows of a plain request with their features, as tensors: some rows at a time, so that others get their turn. Knows no route. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Row, RowAssembler } from '../../inference/rows/row-assembler.ts'
import type { Tensors } from '../../inference/tensor.ts'
import { joinTensors } from '../execution/batch.ts'
import { addFeatures, sliceJoined, type JoinedRows } from '../features/joined-rows.ts'

/** A row takes some ten microseconds, and its copy with the features ten times the tensors' bytes. */
const rowsOfTurn = 256

/** Throws `invalid-input` where the model takes no missing value. Rejects only where there are rows for several turns. */
export function assembleJoined(
  assembler: Pick<RowAssembler, 'assemble'>,
  joined: JoinedRows,
  rows: readonly Row[],
  positions: readonly number[],
): Tensors | Promise<Tensors> {
  if (positions.length > rowsOfTurn) return assembleInTurns(assembler, joined, rows, positions)
  return assembler.assemble(addFeatures(joined, rows, positions), positions)
}

async function assembleInTurns(
  assembler: Pick<RowAssembler, 'assemble'>,
  joined: JoinedRows,
  rows: readonly Row[],
  positions: readonly number[],
): Promise<Tensors> {
  const parts: Tensors[] = []
  for (let start = 0; start < positions.length; start += rowsOfTurn) {
    if (start > 0) await nextTurn()
    const end = Math.min(positions.length, start + rowsOfTurn)
    const own = positions.slice(start, end)
    parts.push(assembler.assemble(addFeatures(sliceJoined(joined, start, end), rows, own), own))
  }
  return joinTensors(parts)
}
