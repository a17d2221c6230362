/** A protected attribute or control of each row, as codes; and the intersections of several. */

export interface Attribute {
  /** The values that occur, in order of code points. */
  readonly levels: readonly string[]
  /** The level of each row. */
  readonly codes: Uint32Array
}

export interface Intersection {
  /** The levels that each cell joins, one of each attribute; cells that no row is in are there, too. */
  readonly cells: readonly (readonly string[])[]
  /** The cell of each row. */
  readonly codes: Uint32Array
}

export function attributeOf(values: readonly string[]): Attribute {
  const levels = [...new Set(values)].sort(byCodePoint)
  const codes = new Map(levels.map((level, code) => [level, code]))
  return { levels, codes: Uint32Array.from(values, (value) => codes.get(value) ?? 0) }
}

function byCodePoint(a: string, b: string): number {
  const [left, right] = [[...a], [...b]]
  const differs = left.findIndex((character, index) => character !== right[index])
  if (differs < 0) return left.length - right.length
  return (left[differs]?.codePointAt(0) ?? 0) - (right[differs]?.codePointAt(0) ?? -1)
}

/** Every combination of levels, the last attribute's changing fastest. Of no attributes: one cell that holds all `rows`. */
export function intersectionOf(attributes: readonly Attribute[], rows: number): Intersection {
  return attributes.reduce<Intersection>(crossed, { cells: [[]], codes: new Uint32Array(rows) })
}

/** Throws a RangeError for an attribute of another number of rows. */
function crossed({ cells, codes }: Intersection, { levels, codes: inner }: Attribute): Intersection {
  if (inner.length !== codes.length) {
    throw new RangeError(`expected an attribute of ${codes.length} rows, found one of ${inner.length}`)
  }
  return {
    cells: cells.flatMap((cell) => levels.map((level) => [...cell, level])),
    codes: codes.map((code, row) => code * levels.length + (inner[row] ?? 0)),
  }
}
