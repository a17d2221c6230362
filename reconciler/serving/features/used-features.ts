/** The features of a row as an answer echoes them: what the model got, and how it was found. Pure. */
import { formatInstant } from '../../core/instant.ts'
import { rowOf, type JoinedRows } from './joined-rows.ts'
import { writeValue } from './value-text.ts'
import { readJoined, type JoinedFeature } from './view-join.ts'
import { valueOf, type ViewRow } from './view-row.ts'

/** `{"NAME":{"value":…,"status":"…","computed_as_of":"…"},…}`; a value that the model got as NaN is null. */
export function writeUsedFeatures(joined: JoinedRows, row: number): string {
  const members = joined.join.views.flatMap(({ features }, view) => {
    const found = rowOf(joined, view, row)
    return features.map((feature) => `${JSON.stringify(feature.name)}:${writeUsed(feature, found)}`)
  })
  return `{${members.join(',')}}`
}

/** One object for each row. */
export function writeAllUsed(joined: JoinedRows): string {
  const count = joined.rows[0]?.length ?? 0
  return `[${Array.from({ length: count }, (_, row) => writeUsedFeatures(joined, row)).join(',')}]`
}

function writeUsed(feature: JoinedFeature, row: ViewRow): string {
  const { value, status } = readJoined(feature, row)
  const replacement = typeof feature.rule === 'number' ? String(feature.rule) : 'null'
  const used = value === null ? replacement : writeValue(feature.column.dtype, valueOf(feature.column, row))
  const asOf = row.computedAsOfUs === null ? 'null' : `"${formatInstant(row.computedAsOfUs)}"`
  return `{"value":${used},"status":"${status}","computed_as_of":${asOf}}`
}
