/** SQL that judges the rows of a label source: which of them are learnt from, in which part, and why the others are not. Pure. */
import { quoteName, quoteText } from '../engine/quote.ts'
import { sourceRelation } from '../sources/prepare-source.ts'
import type { DatasetPlan } from './plan-dataset.ts'

/** Why a row of the label source is left out: the first that is true, in this order. */
export const dropReasons = {
  restated: 'a newer version of the row is there',
  noPredictTime: 'no time of the prediction',
  noSplitTime: 'no time to split by',
  beforeRange: 'before the range of the training data',
  afterRange: 'after the range of the training data',
  noLabel: 'no label',
  noKnownTime: 'nothing says when the label was known',
  knownLater: 'the label was not known yet',
} as const

export type DropReason = keyof typeof dropReasons

/** Relations of a dataset; not quoted. */
export const datasetRelations = {
  judged: 'dataset:judged',
  rows: 'dataset:rows',
  labels: 'dataset:labels',
  joined: 'dataset:joined',
  onDemand: 'dataset:on-demand',
  content: 'dataset:content',
} as const

/** A column of the label source as the label rows have it: no feature has such a name. */
export function labelColumn(name: string): string {
  return `label:${name}`
}

/** A view of all rows of the source with `__reason` (null: it stays) and `__part`. `asOf`: microseconds since the epoch. */
export function buildJudgedRows(plan: DatasetPlan, asOf: bigint): string {
  const { split, label, parts } = plan
  const splitBy = quoteName(split?.splitBy ?? label.predictAt)
  const partCases = parts.flatMap(({ name, until }) =>
    until === null ? [] : [`when ${splitBy} < ${time(until)} then ${quoteText(name)}`],
  )
  const part = partCases.length === 0 ? quoteText('train') : `case ${partCases.join(' ')} end`
  return (
    `create view ${quoteName(datasetRelations.judged)} as select *, ${buildReason(plan, splitBy, asOf)} as "__reason", ${part} as "__part" ` +
    `from (select *, ${restated(plan)} as "__restated" from ${sourceRelation(plan.source.name)})`
  )
}

function buildReason({ split, label }: DatasetPlan, splitBy: string, asOf: bigint): string {
  const known = quoteName(label.knownAt ?? label.predictAt)
  const conditions: Readonly<Record<DropReason, string | null>> = {
    restated: '"__restated"',
    noPredictTime: `${quoteName(label.predictAt)} is null`,
    noSplitTime: split === null ? null : `${splitBy} is null`,
    beforeRange: split === null || split.fromMicros === null ? null : `${splitBy} < ${time(split.fromMicros)}`,
    afterRange: split === null ? null : `${splitBy} >= ${time(split.untilMicros)}`,
    noLabel: `${quoteName(label.column)} is null`,
    noKnownTime: `${known} is null`,
    knownLater: `${known} > ${time(asOf)}`,
  }
  const cases = Object.entries(conditions).flatMap(([reason, condition]) =>
    condition === null ? [] : [`when ${condition} then ${quoteText(reason)}`],
  )
  return `case ${cases.join(' ')} end`
}

/** Of rows with one row key the newest created counts, and of those the earlier of the source: as in views. */
function restated({ source: { rowKey, eventTime, createdTime } }: DatasetPlan): string {
  if (rowKey.length === 0) return 'false'
  const created = [createdTime, eventTime].flatMap((name) => (name === null ? [] : [quoteName(name)]))
  const order = created.length === 0 ? '' : `coalesce(${created.join(', ')}) desc, `
  const isIdentified = rowKey.map((name) => `${quoteName(name)} is not null`).join(' and ')
  const place = `row_number() over (partition by ${rowKey.map(quoteName).join(', ')} order by ${order}"__row")`
  return `(${isIdentified} and ${place} > 1)`
}

/** The rows that stay, in the order of the source, with what the join and the files need of them. */
export function buildLabelRows(plan: DatasetPlan): string {
  const { label, split } = plan
  const list = [
    '"__row" as "__source_row"',
    `${quoteName(label.predictAt)} as "__at"`,
    `${quoteName(split?.splitBy ?? label.predictAt)} as "__split"`,
    '"__part"',
    ...neededColumns(plan).map((name) => `${quoteName(name)} as ${quoteName(labelColumn(name))}`),
  ]
  const { judged, rows, labels } = datasetRelations
  return (
    `create table ${quoteName(rows)} as select ${list.join(', ')} from ${quoteName(judged)} where "__reason" is null order by "__row"; ` +
    `create view ${quoteName(labels)} as select rowid as "__row", * from ${quoteName(rows)}`
  )
}

/** Columns of the label source: keys, request features, the label, what travels beside. */
export function neededColumns({ views, sent, label, sideColumns }: DatasetPlan): readonly string[] {
  const keys = views.flatMap(({ join }) => Object.values(join))
  return [...new Set([...keys, ...sent, label.column, ...sideColumns.map(({ name }) => name)])]
}

function time(micros: bigint): string {
  return `make_timestamp(${micros})`
}
