/** Values of tables as a request would have them: no NaN, integers as their dtype wants them, texts of a CSV file as what they say. Pure. */
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import { parseInstant } from '../../core/instant.ts'
import type { Cell } from '../../features/engine/engine.ts'

/** What the row assembler takes; a text that says nothing of its dtype stays, for the assembler to refuse. */
export type ReadTableCell = (cell: Cell) => unknown

/** Of a typed table. `isNested`: the cell is JSON. */
export function readTyped(dtype: FeatureDtype | undefined, isNested: boolean): ReadTableCell {
  if (isNested) return (cell): unknown => (typeof cell === 'string' ? JSON.parse(cell) : cell)
  const keepsBigint = dtype === 'int64' || dtype === 'timestamp'
  return (cell) => {
    if (typeof cell === 'number') return Number.isNaN(cell) ? null : cell
    if (typeof cell !== 'bigint' || keepsBigint) return cell
    const number = Number(cell)
    return Number.isSafeInteger(number) ? number : cell
  }
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/
const integer = /^[+-]?\d+$/

/** Of a table of texts. */
export function readTextCell(dtype: FeatureDtype | undefined): ReadTableCell {
  return (cell) => (typeof cell === 'string' ? readText(dtype, cell) : cell)
}

function readText(dtype: FeatureDtype | undefined, text: string): unknown {
  switch (dtype) {
    case 'string':
      return text
    case 'timestamp':
      return parseInstant(text) ?? text
    case 'bool':
      return readTruth(text)
    case 'int64':
      return integer.test(text) ? BigInt(text.replace(/^\+/, '')) : readNumber(text)
    case 'int32':
    case 'float32':
    case 'float64':
      return readNumber(text)
    case undefined:
      return text.startsWith('[') ? parseList(text) : readNumber(text)
  }
}

function readNumber(text: string): unknown {
  const trimmed = text.trim()
  // As pandas, R and databases write what is no number.
  if (/^(nan|null|na)$/i.test(trimmed)) return null
  return decimal.test(trimmed) ? Number(trimmed) : text
}

function readTruth(text: string): unknown {
  const word = text.trim().toLowerCase()
  if (word === 'true' || word === '1') return true
  return word === 'false' || word === '0' ? false : text
}

function parseList(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return text
    throw error
  }
}
