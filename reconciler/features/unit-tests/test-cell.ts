/** Cells of unit tests as the engine has them, back, and when two values are the same. Pure. */
import type { TestCell } from '../../core/feature-definition.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import { formatInstant, parseInstant } from '../../core/instant.ts'
import { isCellOf } from '../../manifests/test-cells.ts'
import type { Cell } from '../engine/engine.ts'

/** Undefined when it is no value of the dtype: a time without a zone, a fraction where a whole number is expected. */
export function readTestCell(cell: TestCell, dtype: FeatureDtype): Cell | undefined {
  if (cell === null) return null
  if (!isCellOf(cell, dtype)) return undefined
  switch (dtype) {
    case 'int64': {
      const value = BigInt(cell)
      return BigInt.asIntN(64, value) === value ? value : undefined
    }
    case 'timestamp':
      return parseInstant(String(cell)) ?? undefined
    case 'float32': {
      const value = Math.fround(Number(cell))
      return Number.isFinite(value) || typeof cell === 'string' ? value : undefined
    }
    case 'float64':
      return Number(cell)
    default:
      return cell
  }
}

/** As a test would say it. */
export function writeTestCell(cell: Cell, dtype: FeatureDtype): TestCell {
  if (typeof cell === 'bigint') {
    if (dtype === 'timestamp') return formatInstant(cell)
    return Number.isSafeInteger(Number(cell)) ? Number(cell) : String(cell)
  }
  if (typeof cell !== 'number') return cell
  if (!Number.isFinite(cell)) return String(cell)
  return dtype === 'float32' ? shortestFloat32(cell) : cell
}

/** As people write it: 0.1, where float32 holds 0.10000000149011612. */
function shortestFloat32(value: number): number {
  for (let digits = 6; digits < 9; digits += 1) {
    const shorter = Number(value.toPrecision(digits))
    if (Math.fround(shorter) === value) return shorter
  }
  return value
}

/** Of the greater of two sizes: floats nearer than this are the same. */
const relativeTolerance = { float32: 1e-6, float64: 1e-9 } as const

/** Below this a float is as good as 0. */
const absoluteTolerance = 1e-12

/**
 * Floats are the same within the tolerance of their dtype: people write few digits, and sums end in noise. NaN is NaN, an infinity is
 * itself; all else is exact.
 */
export function isSameCell(expected: Cell, found: Cell, dtype: FeatureDtype): boolean {
  if (Object.is(expected, found) || expected === found) return true
  if ((dtype !== 'float32' && dtype !== 'float64') || typeof expected !== 'number' || typeof found !== 'number') return false
  if (!Number.isFinite(expected) || !Number.isFinite(found)) return false
  const size = Math.max(Math.abs(expected), Math.abs(found))
  return Math.abs(expected - found) <= Math.max(absoluteTolerance, relativeTolerance[dtype] * size)
}
