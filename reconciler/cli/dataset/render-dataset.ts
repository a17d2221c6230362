/** The report of a dataset for people. Knows no file. */
import { countNoun } from '../../core/count-noun.ts'
import type { SliceReport } from '../../features/dataset/count-slices.ts'
import { dropReasons } from '../../features/dataset/build-label-rows.ts'
import type { DatasetReport, DroppedReason } from '../../features/dataset/dataset-report.ts'
import { printable } from '../../manifests/findings-text.ts'
import { renderTable } from '../table.ts'

const reasons: Readonly<Record<DroppedReason, string>> = {
  noEventTime: 'no event time',
  createdLater: 'could be read only later',
  ...dropReasons,
}

export function renderDataset(report: DatasetReport, folder: string): string {
  const { model, commit, asOf, digest, rows } = report
  const of = commit === null ? 'the working tree' : `commit ${commit.slice(0, 12)}`
  const dropped = Object.entries(rows.dropped).map(([reason, n]) => `  ${n} left out: ${reasons[reason as DroppedReason]}\n`)
  return [
    `dataset of ${model} in ${folder}, from ${of}, as of ${asOf}\n`,
    `${digest}\n\n`,
    `${rows.read} rows of ${report.label.source}, ${rows.kept} kept\n`,
    ...dropped,
    ...describeInputs(report),
    '\n',
    renderParts(report),
    ...describeWeights(report),
    ...report.slices.map(describeSlice),
    '\n',
    renderFeatures(report),
    ...renderOnDemand(report),
  ].join('')
}

/** What is not there of the sources and views behind the features: else a feature without values has no reason. */
function describeInputs({ sources, views, label }: DatasetReport): readonly string[] {
  const others = sources.filter(({ name }) => name !== label.source)
  return [
    ...others.filter(({ rows }) => rows === 0).map(({ name }) => `no row of ${name} is known\n`),
    ...others.flatMap((source) => [
      ...leftOut(source.name, source.droppedNullEventTime, reasons.noEventTime),
      ...leftOut(source.name, source.leftOutKnownLater, reasons.createdLater),
    ]),
    ...views.flatMap((view) => [
      ...leftOut(view.name, view.droppedNullKey, 'a key is null'),
      ...leftOut(view.name, view.droppedNullEventTime, reasons.noEventTime),
    ]),
  ]
}

function leftOut(name: string, n: number, reason: string): readonly string[] {
  return n === 0 ? [] : [`${countNoun(n, 'row')} of ${name} left out: ${reason}\n`]
}

function renderParts({ parts }: DatasetReport): string {
  return renderTable(
    [{ title: 'part' }, { title: 'rows', align: 'right' }, { title: 'first prediction' }, { title: 'last prediction' }],
    parts.map(({ name, rows, firstPredictAt, lastPredictAt }) => [name, String(rows), firstPredictAt, lastPredictAt]),
  )
}

function describeWeights({ weights }: DatasetReport): readonly string[] {
  if (weights === null) return []
  const parts = weights.parts.map(({ name, effectiveRows }) => `${name} counts as ${effectiveRows.toFixed(1)} rows`)
  return [`weights of ${weights.column}: ${parts.join(', ')}\n`]
}

/** How many small groups are named. */
const namedGroups = 5

function describeSlice({ by, minGroup, groups, testRows, smallGroups, small }: SliceReport): string {
  const head = `slices by ${by}: ${countNoun(groups, 'group')}`
  if (testRows === null) return `${head}; there is no test part\n`
  const counted = `${head}, ${countNoun(testRows, 'test row')}`
  if (minGroup === null) return `${counted}\n`
  if (smallGroups === 0) return `${counted}, none with fewer than ${minGroup}\n`
  const named = small.slice(0, namedGroups).map(({ value, rows }) => `${value === null ? 'null' : printable(value)} (${rows})`)
  const more = smallGroups > named.length ? ` and ${smallGroups - named.length} more` : ''
  return `${counted}, ${smallGroups} with fewer than ${minGroup}: ${named.join(', ')}${more}\n`
}

function renderFeatures({ features, rows }: DatasetReport): string {
  if (features.length === 0) return 'no features of views\n'
  const share = (n: number): string => `${((100 * n) / rows.kept).toFixed(1)} %`
  return renderTable(
    [{ title: 'feature' }, { title: 'view' }, { title: 'values', align: 'right' }, { title: 'null', align: 'right' }, { title: 'missing', align: 'right' }], // prettier-ignore
    features.map(({ name, view, values, nulls, missing }) => [name, view, share(values), share(nulls), share(missing)]),
  )
}

function renderOnDemand({ onDemand, rows }: DatasetReport): readonly string[] {
  if (onDemand.length === 0) return []
  const share = (n: number): string => `${((100 * n) / rows.kept).toFixed(1)} %`
  const table = renderTable(
    [{ title: 'on-demand feature' }, { title: 'values', align: 'right' }, { title: 'null', align: 'right' }, { title: 'failed', align: 'right' }], // prettier-ignore
    onDemand.map(({ name, values, nulls, failed }) => [name, share(values), share(nulls), share(failed)]),
  )
  return ['\n', table]
}
