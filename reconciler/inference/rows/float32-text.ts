/**
 * Float32 as JSON: a short decimal that every reader turns into the same float32 again, whether it reads a float32 or a float64 and
 * rounds that. Of the digits that JavaScript would print, those of a float64, the last eight say nothing. Knows no tensor.
 */

/** Below it, decimals of a fixed number would lose digits. */
const smallestFixed = 1e-4

/** `value` can be held by a float32. NaN and infinities, which JSON does not have, are null. */
export function writeFloat32(value: number): string {
  const size = Math.abs(value)
  if (size >= smallestFixed && size < 1) {
    // Numbers below 1 have eight or nine digits of use; a product and a quotient are much faster than a search for the shortest.
    const text = writeDecimals(value, 1e8) ?? writeDecimals(value, 1e9)
    if (text !== null) return text
  }
  if (!Number.isFinite(value)) return 'null'
  if (Number.isInteger(value)) return String(value)
  return writeShortest(value)
}

/** Null when so many decimals are another float32, or nearly are: who reads a float32 at once may round otherwise. */
function writeDecimals(value: number, scale: number): string | null {
  const scaled = Math.round(value * scale)
  const rounded = scaled / scale
  const slack = rounded * 2 ** -50
  const isSame =
    Math.fround(rounded) === value && Math.fround(rounded - slack) === value && Math.fround(rounded + slack) === value
  if (!isSame) return null
  // Zeros at the end are left to the slow way: there are few.
  return scaled % 10 === 0 ? String(rounded) : `${value < 0 ? '-0.' : '0.'}${pad(Math.abs(scaled), scale)}`
}

/** The digits behind the point, with the zeros in front of them. */
function pad(digits: number, scale: number): string {
  let text = String(digits)
  for (let place = scale / 10; digits < place; place /= 10) text = `0${text}`
  return text
}

/** Nine digits tell every float32 from its neighbours (IEEE 754, 5.12.2). */
function writeShortest(value: number): string {
  for (const digits of [6, 8]) {
    const rounded = Number(value.toPrecision(digits))
    const slack = rounded * 2 ** -50
    if (Math.fround(rounded - slack) === value && Math.fround(rounded + slack) === value) return String(rounded)
  }
  return String(Number(value.toPrecision(9)))
}
