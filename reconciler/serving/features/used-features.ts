/** The features of a row as an answer echoes them: what the model got, and how it was found. Pure. */
import { encodeFeatureValue } from '../../core/feature-value.ts'
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
  return `{${[...members, ...writeComputed(joined, row)].join(',')}}`
}

/** An on-demand feature is found nowhere: it has a value, or none, or could not be computed. */
function writeComputed({ join, computed }: JoinedRows, row: number): readonly string[] {
  return (join.onDemand?.features ?? []).map(({ feature: { name, dtype }, rule }, at) => {
    const { value, isFailed } = computed?.[row]?.values[at] ?? { value: null, isFailed: false }
    const replacement = typeof rule === 'number' ? String(rule) : 'null'
    const used = value === null ? replacement : writeValue(dtype, encodeFeatureValue(value))
    const status = value !== null ? 'PRESENT' : isFailed ? 'FAILED' : 'NULL_VALUE'
    return `${JSON.stringify(name)}:{"value":${used},"status":"${status}"}`
  })
}

/** One object for each row. */
export function writeAllUsed(joined: JoinedRows): string {
  const count = joined.computed?.length ?? joined.rows[0]?.length ?? 0
  return `[${Array.from({ length: count }, (_, row) => writeUsedFeatures(joined, row)).join(',')}]`
}

function writeUsed(feature: JoinedFeature, row: ViewRow): string {
  const { value, status } = readJoined(feature, row)
  const replacement = typeof feature.rule === 'number' ? String(feature.rule) : 'null'
  const used = value === null ? replacement : writeValue(feature.column.dtype, valueOf(feature.column, row))
  const asOf = row.computedAsOfUs === null ? 'null' : `"${formatInstant(row.computedAsOfUs)}"`
  return `{"value":${used},"status":"${status}","computed_as_of":${asOf}}`
}
