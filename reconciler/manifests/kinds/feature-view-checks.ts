/** The rules on one FeatureView: its inputs, its names, its aggregations, how it reaches serving. */
import { columnProblem, dtypeProblem, aggregateDtype } from '../aggregation-columns.ts'
import type { WrittenAggregation, WrittenFeatureViewSpec } from '../generated/featureview.ts'
import { didYouMean, listNames } from '../nearest-name.ts'
import { reportNoTime } from './data-source-checks.ts'
import type { KindCheck, Report, WrittenManifest } from './kind-definition.ts'
import { reportRepeatedNames } from './repeated-names.ts'
import { checkTests } from './view-test-checks.ts'
import { inputsOf } from './view-inputs.ts'

type FeatureView = WrittenManifest<WrittenFeatureViewSpec>

export const featureViewChecks: readonly KindCheck<WrittenFeatureViewSpec>[] = [
  { reads: ['/spec'], check: checkInputs },
  { reads: ['/spec/entities'], check: checkEntities },
  { reads: ['/spec/source', '/spec/sources', '/spec/transform'], check: checkTransform },
  { reads: ['/spec/eventTime', '/spec/createdTime'], check: checkTimes },
  { reads: ['/spec'], check: checkEmpty },
  { reads: ['/spec/features', '/spec/aggregations'], check: checkNames },
  { reads: ['/spec/features', '/spec/aggregations', '/spec/transform'], check: checkAggregations },
  { reads: ['/spec/ttl', '/spec/online'], check: checkOnline },
  { reads: ['/spec/online', '/spec/aggregations'], check: checkPushed },
  { reads: ['/spec/source', '/spec/sources', '/spec/tests', '/spec/features', '/spec/aggregations'], check: checkTests },
]

function checkInputs({ spec }: FeatureView, report: Report): void {
  const rule = 'source-or-sources'
  if ((spec.source === undefined) === (spec.sources === undefined)) {
    const found = spec.source === undefined ? 'neither' : 'both'
    const pointer = spec.source === undefined ? '/spec' : '/spec/sources'
    report(pointer, { rule, message: `expected exactly one of source and sources, found ${found}` })
  }
  if (spec.sources === undefined) return
  const inputs = inputsOf({ sources: spec.sources })
  reportRepeatedNames(
    inputs.map(({ name }, index) => ({ name, pointer: `/spec/sources/${index}` })),
    report,
  )
  if (spec.transform !== undefined) return
  report('/spec/sources', { rule, message: `expected a transform that makes one table of ${inputs.length} sources, found none` })
}

function checkEntities({ spec }: FeatureView, report: Report): void {
  reportRepeatedNames(
    spec.entities.map(({ name }, index) => ({ name, pointer: `/spec/entities/${index}/name` })),
    report,
  )
}

/** Each input by its placeholder, and no other. */
function checkTransform({ spec }: FeatureView, report: Report): void {
  if (spec.transform === undefined || (spec.source === undefined) === (spec.sources === undefined)) return
  const rule = 'transform-source'
  const names = spec.source === undefined ? inputsOf(spec).map(({ name }) => name) : ['source']
  const used = [...spec.transform.matchAll(/\{\{\s*([^{}]*?)\s*\}\}/g)].map(([, name = '']) => name)
  for (const name of new Set(used.filter((found) => !names.includes(found)))) {
    const message = `expected one of ${listNames(names.map(placeholder))}, found ${placeholder(name)}`
    report('/spec/transform', { rule, message, hint: didYouMean(name, names) })
  }
  for (const name of names.filter((expected) => !used.includes(expected))) {
    report('/spec/transform', { rule, message: `expected ${placeholder(name)} in the transform, found none` })
  }
}

function placeholder(name: string): string {
  return `{{ ${name} }}`
}

function checkTimes({ spec }: FeatureView, report: Report): void {
  if (spec.createdTime === undefined || spec.createdTime !== spec.eventTime) return
  const message = `expected another column than eventTime, found ${spec.createdTime} for both`
  report('/spec/createdTime', { rule: 'time-column', message })
}

function checkEmpty({ spec }: FeatureView, report: Report): void {
  if ((spec.features ?? []).length + (spec.aggregations ?? []).length > 0) return
  report('/spec', { rule: 'view-empty', message: 'expected at least one feature or aggregation, found none' })
}

function checkNames({ spec }: FeatureView, report: Report): void {
  const names = (['features', 'aggregations'] as const).flatMap((list) =>
    (spec[list] ?? []).map(({ name }, index) => ({ name, pointer: `/spec/${list}/${index}/name` })),
  )
  reportRepeatedNames(names, report)
}

function checkAggregations({ spec }: FeatureView, report: Report): void {
  const dtypes = new Map((spec.features ?? []).map(({ name, dtype }) => [name, dtype]))
  spec.aggregations?.forEach((aggregation, index) => {
    const pointer = `/spec/aggregations/${index}`
    const columnDtype = (aggregation.column === undefined ? undefined : dtypes.get(aggregation.column)) ?? null
    reportNoTime(aggregation.window, `${pointer}/window`, report)
    checkArguments(aggregation, pointer, report)
    const typed = { ...aggregation, column: aggregation.column ?? null, columnDtype, dtype: aggregation.dtype ?? null }
    for (const [field, problem] of [
      ['column', columnProblem(typed)],
      ['dtype', dtypeProblem(typed)],
    ] as const) {
      if (problem !== null) report(`${pointer}/${field}`, problem)
    }
    const isUnknown = aggregation.column !== undefined && aggregateDtype(aggregation.function, columnDtype) === null
    if (spec.transform === undefined || aggregation.dtype !== undefined || !isUnknown) return
    const message = `expected a dtype, since ${JSON.stringify(aggregation.column)} is no feature of the view, found none`
    report(pointer, { rule: 'aggregation-column', message, hint: 'write dtype, or name the column among the features' })
  })
}

function checkArguments({ function: name, column, quantile }: WrittenAggregation, pointer: string, report: Report): void {
  const rule = 'aggregation-column'
  if (column === undefined && name !== 'count') {
    report(pointer, { rule, message: `expected a column for ${name}, found none` })
  }
  if (name === 'quantile' && quantile === undefined) {
    report(pointer, { rule, message: 'expected which quantile, 0 to 1, found none', hint: 'write quantile: 0.5 for the median' })
  }
  if (name !== 'quantile' && quantile !== undefined) {
    report(`${pointer}/quantile`, { rule, message: `expected no quantile for ${name}, found ${quantile}` })
  }
}

function checkOnline({ spec: { ttl, online } }: FeatureView, report: Report): void {
  reportNoTime(ttl, '/spec/ttl', report, 'leave ttl out for values of any age')
  if (online === undefined) return
  const rule = 'refresh-or-exact'
  const { refresh, freshness, lag } = online
  if ((refresh === undefined) === (freshness === undefined)) {
    const found = refresh === undefined ? 'neither' : 'both'
    report('/spec/online', { rule, message: `expected exactly one of refresh and freshness, found ${found}` })
  } else if (freshness !== undefined && lag !== undefined) {
    report('/spec/online/lag', { rule, message: 'expected no lag beside freshness: exact, found one' })
  }
  reportNoTime(refresh, '/spec/online/refresh', report)
}

function checkPushed({ spec: { online, aggregations = [] } }: FeatureView, report: Report): void {
  if (online?.freshness === undefined || online.refresh !== undefined || aggregations.length === 0) return
  const message = `expected no aggregations in a view that is pushed, found ${aggregations.length}: a push brings values, not the rows of windows`
  const hint = 'give the view online: { refresh: 15m }, or push the values as features'
  report('/spec/aggregations', { rule: 'pushed-aggregation', message, hint })
}
