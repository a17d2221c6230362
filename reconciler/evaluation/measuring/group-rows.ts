/** Rows by the values of columns: the groups of slices, attributes and intersections. */
import { MainwardError } from '../../core/error.ts'
import type { GroupKey } from '../../core/measurement.ts'
import { codePointOrder } from '../scoring/label-order.ts'
import type { CodedColumn } from '../scoring/text-codes.ts'
import type { ScoredRows } from './scored-rows.ts'

export interface RowGroup {
  readonly key: GroupKey
  /** Row numbers, ascending. */
  readonly rows: Uint32Array
}

/** More are no slices: a column of names or numbers was named. */
const mostGroups = 1000

/** Groups that have a row, ordered by their texts, null last. Throws `invalid-input` for more than 1,000 of at least `minGroup` rows. */
export function groupRows(scored: ScoredRows, by: readonly string[], minGroup: number): readonly RowGroup[] {
  const columns = by.map((name) => columnOf(scored, name))
  const { ids, cells } = intersect(columns, scored.rows)
  const sizes = new Uint32Array(cells.length)
  for (const id of ids) sizes[id] = (sizes[id] ?? 0) + 1
  assertFew(by, sizes.filter((size) => size >= minGroup).length)
  const members = Array.from(sizes, (size) => new Uint32Array(size))
  const filled = new Uint32Array(cells.length)
  for (const [row, id] of ids.entries()) {
    const at = filled[id] ?? 0
    const rows = members[id]
    if (rows !== undefined) rows[at] = row
    filled[id] = at + 1
  }
  const groups = cells.map((cell, index): RowGroup => {
    const key = Object.fromEntries(by.map((name, at) => [name, columns[at]?.levels[cell[at] ?? 0] ?? null]))
    return { key, rows: members[index] ?? new Uint32Array() }
  })
  return groups.sort((a, b) => compareKeys(by, a.key, b.key))
}

function columnOf({ columns }: ScoredRows, name: string): CodedColumn {
  const column = columns.get(name)
  if (column === undefined) throw new Error(`the column ${name} was not collected`)
  return column
}

interface Intersected {
  readonly ids: Uint32Array
  /** Codes of each column. */
  readonly cells: readonly (readonly number[])[]
}

function intersect(columns: readonly CodedColumn[], rows: number): Intersected {
  const [only] = columns
  if (only !== undefined && columns.length === 1) return { ids: only.codes, cells: only.levels.map((_, code) => [code]) }
  const numbers = new Map<string, number>()
  const cells: (readonly number[])[] = []
  const ids = new Uint32Array(rows)
  for (let row = 0; row < rows; row += 1) {
    const codes = columns.map((column) => column.codes[row] ?? 0)
    const text = codes.join(' ')
    let id = numbers.get(text)
    if (id === undefined) {
      numbers.set(text, (id = numbers.size))
      cells.push(codes)
    }
    ids[row] = id
  }
  return { ids, cells }
}

function assertFew(by: readonly string[], count: number): void {
  if (count <= mostGroups) return
  throw new MainwardError('invalid-input', `${by.join(' and ')} has ${count} groups, expected at most ${mostGroups}`, {
    hint: 'give the slice a minGroup, or choose a column of fewer values',
  })
}

function compareKeys(by: readonly string[], a: GroupKey, b: GroupKey): number {
  for (const name of by) {
    const [left, right] = [a[name] ?? null, b[name] ?? null]
    if (left === right) continue
    if (left === null) return 1
    if (right === null) return -1
    return codePointOrder(left, right)
  }
  return 0
}
