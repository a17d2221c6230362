/** Powers of square matrices whose entries would leave the range of doubles. */

/** value · 10^exponent. */
export interface Scaled {
  readonly value: number
  readonly exponent: number
}

/** A matrix with all entries to be multiplied by 10^exponent. */
interface ScaledMatrix {
  readonly entries: Float64Array
  readonly exponent: number
}

/** The middle entry of matrix^power, by repeated squaring. `size` is odd, entries are not negative, power is at least 1. */
export function matrixPowerCentre(matrix: Float64Array, size: number, power: number): Scaled {
  let result: ScaledMatrix | null = null
  let base: ScaledMatrix = { entries: matrix, exponent: 0 }
  for (let left = power; ;) {
    if (left % 2 === 1) result = result === null ? base : multiply(result, base, size)
    left = Math.floor(left / 2)
    if (left === 0) break
    base = multiply(base, base, size)
  }
  return { value: result?.entries[(size * size - 1) / 2] ?? NaN, exponent: result?.exponent ?? 0 }
}

function multiply(left: ScaledMatrix, right: ScaledMatrix, size: number): ScaledMatrix {
  const entries = new Float64Array(size * size)
  for (let row = 0; row < size; row += 1)
    for (let inner = 0; inner < size; inner += 1) {
      const factor = left.entries[row * size + inner] ?? 0
      if (factor === 0) continue
      for (let column = 0; column < size; column += 1) {
        const at = row * size + column
        entries[at] = (entries[at] ?? 0) + factor * (right.entries[inner * size + column] ?? 0)
      }
    }
  const exponent = left.exponent + right.exponent
  if ((entries[(size * size - 1) / 2] ?? 0) <= 1e140) return { entries, exponent }
  return { entries: entries.map((entry) => entry * 1e-140), exponent: exponent + 140 }
}
