/** Which of two values comes first. Ints and doubles are compared as the numbers that they are, without rounding. */
import type { ExpressionValue } from './expression-type.ts'

/** Below 0, 0 or above. Both are of one type, or numbers; false is before true. */
export function orderValues(a: ExpressionValue, b: ExpressionValue): number {
  if (typeof a === 'string' && typeof b === 'string') return orderTexts(a, b)
  return a < b ? -1 : a > b ? 1 : 0
}

/** By code points (CEL, "Ordering"), as UTF-8 is ordered; JavaScript compares UTF-16, where surrogates are before U+E000. */
function orderTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)]
    if (left !== right) return rank(left) - rank(right)
  }
  return a.length - b.length
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}
