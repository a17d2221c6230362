/** What is told of a dataset, and kept in its `dataset.json`. Times are texts in UTC, counts are numbers. Pure. */
import type { Digest } from '../../core/digest.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import { formatInstant } from '../../core/instant.ts'
import type { EngineRow } from '../engine/engine.ts'
import type { SourceReport } from '../sources/prepare-source.ts'
import type { ViewReport } from '../views/build-view-table.ts'
import { contentColumns } from './build-content.ts'
import { dropReasons, type DropReason } from './build-label-rows.ts'
import type { CheckedRows } from './check-rows.ts'
import type { SliceReport } from './count-slices.ts'
import type { OnDemandCount } from './compute-on-demand.ts'
import type { DatasetColumn, DatasetPlan, PartName } from './plan-dataset.ts'
import type { WeightsReport } from './measure-weights.ts'

/** Names the form of `dataset.json`; a folder whose file has it is ours. */
export const datasetFormat = 'mainward.dev/dataset/v1alpha1'

export interface PartReport {
  readonly name: PartName
  /** Paths in the folder of the dataset. */
  readonly file: string
  readonly sideFile: string
  readonly rows: number
  /** The stretch of the split's time; the end is not included. Null: open. */
  readonly from: string | null
  readonly until: string | null
  readonly firstPredictAt: string
  readonly lastPredictAt: string
  readonly firstSplitTime: string
  readonly lastSplitTime: string
}

export interface FeatureCoverage {
  readonly name: string
  readonly view: string
  readonly as: string | null
  readonly dtype: FeatureDtype
  /** Rows with a value. Counts have one in every row. */
  readonly values: number
  /** Rows whose view has a row for the key and time, and no value in it. */
  readonly nulls: number
  /** Rows without a value whose view has no row for the key and time. */
  readonly missing: number
}

export interface OnDemandCoverage extends OnDemandCount {
  readonly name: string
  readonly dtype: FeatureDtype
}

export interface DatasetReport {
  readonly format: typeof datasetFormat
  readonly model: string
  /** Of the content: order, parts, values, what stands beside. */
  readonly digest: string
  /** Of the definitions that it was made by. */
  readonly trainingInputs: Digest
  readonly commit: string | null
  readonly asOf: string
  readonly label: {
    readonly source: string
    readonly column: string
    readonly predictAt: string
    readonly knownAt: string | null
  }
  readonly rows: {
    /** Of the label source, in the files that were read. */
    readonly read: number
    readonly kept: number
    /** By reason; those that met no row are left out. */
    readonly dropped: Readonly<Partial<Record<DroppedReason, number>>>
  }
  readonly parts: readonly PartReport[]
  /** Columns of the parts' files, in their order. */
  readonly columns: readonly DatasetColumn[]
  /** Columns of the side files, in their order. */
  readonly sideColumns: readonly string[]
  readonly features: readonly FeatureCoverage[]
  /** Of on-demand features. */
  readonly onDemand: readonly OnDemandCoverage[]
  readonly sources: readonly ReturnType<typeof describeSource>[]
  readonly views: readonly ReturnType<typeof describeView>[]
  /** Null: every row counts the same. */
  readonly weights: WeightsReport | null
  readonly slices: readonly SliceReport[]
  /** What is expected of the rows of sources and views, and what came of it. */
  readonly checks: readonly CheckedRows[]
}

/** The first two come from the source itself. */
export type DroppedReason = 'noEventTime' | 'createdLater' | DropReason

export interface DatasetFacts {
  readonly model: string
  readonly plan: DatasetPlan
  readonly digest: string
  readonly trainingInputs: Digest
  readonly commit: string | null
  readonly asOf: bigint
  readonly sources: readonly SourceReport[]
  readonly views: readonly ViewReport[]
  readonly checks: readonly CheckedRows[]
  readonly weights: WeightsReport | null
  readonly slices: readonly SliceReport[]
  /** Of the judged rows that do not stay: `reason` and `n`. */
  readonly dropped: readonly EngineRow[]
  /** Of `buildCounts`. */
  readonly counts: readonly EngineRow[]
  /** Of `computeOnDemand`. */
  readonly onDemand: readonly OnDemandCount[]
}

/** Paths of a part's files in the folder of a dataset. */
export function partFiles(part: PartName): { readonly file: string; readonly sideFile: string } {
  return { file: `${part}.parquet`, sideFile: `side/${part}.parquet` }
}

export function buildDatasetReport(facts: DatasetFacts): DatasetReport {
  const { model, plan, digest, trainingInputs, commit, asOf } = facts
  return {
    format: datasetFormat,
    model,
    digest,
    trainingInputs,
    commit,
    asOf: formatInstant(asOf),
    label: plan.label,
    rows: countRows(facts),
    parts: plan.parts.map((part) => describePart(part, facts.counts)),
    columns: plan.columns,
    sideColumns: contentColumns(plan).flatMap(({ name }) => (name.startsWith('beside:') ? [name.slice('beside:'.length)] : [])),
    features: coverFeatures(facts),
    onDemand: coverOnDemand(facts),
    sources: facts.sources.map(describeSource),
    views: facts.views.map(describeView),
    weights: facts.weights,
    slices: facts.slices,
    checks: facts.checks,
  }
}

function countRows({ plan, sources, dropped, counts }: DatasetFacts): DatasetReport['rows'] {
  const source = sources.find((each) => each.source === plan.source.name)
  const own: readonly (readonly [DroppedReason, number])[] = [
    ['noEventTime', Number(source?.droppedNullEventTime ?? 0n)],
    ['createdLater', Number(source?.leftOutKnownLater ?? 0n)],
    ...(Object.keys(dropReasons) as DropReason[]).map((reason) => [reason, droppedFor(reason, dropped)] as const),
  ]
  const kept = sum(counts, 'rows')
  return {
    read: own.reduce((total, [, n]) => total + n, kept),
    kept,
    dropped: Object.fromEntries(own.filter(([, n]) => n > 0)),
  }
}

function droppedFor(reason: DropReason, dropped: readonly EngineRow[]): number {
  return sum(
    dropped.filter((row) => row['reason'] === reason),
    'n',
  )
}

function describePart({ name, from, until }: DatasetPlan['parts'][number], counts: readonly EngineRow[]): PartReport {
  const row = counts.find(({ part }) => part === name)
  if (row === undefined) throw new Error(`the part ${name} has rows`)
  return {
    name,
    ...partFiles(name),
    rows: Number(row['rows']),
    from: instant(from),
    until: instant(until),
    firstPredictAt: formatInstant(row['min_at'] as bigint),
    lastPredictAt: formatInstant(row['max_at'] as bigint),
    firstSplitTime: formatInstant(row['min_split'] as bigint),
    lastSplitTime: formatInstant(row['max_split'] as bigint),
  }
}

function coverFeatures({ plan, counts }: DatasetFacts): readonly FeatureCoverage[] {
  const rows = sum(counts, 'rows')
  const names = plan.joined.map(({ name }) => name)
  return plan.views.flatMap(({ prefix, view, as, take }) =>
    take.map((taken, at): FeatureCoverage => {
      const column = plan.joined.find(({ name }) => name === taken.as)
      if (column === undefined) throw new Error(`the feature ${taken.as} is a column`)
      const values = sum(counts, `v${names.indexOf(taken.as)}`)
      const found = sum(counts, `f${prefix}`)
      const nulls = found - (values - sum(counts, `u${prefix}_${at}`))
      return { name: taken.as, view: view.name, as, dtype: column.dtype, values, nulls, missing: rows - values - nulls }
    }),
  )
}

function coverOnDemand({ plan, onDemand }: DatasetFacts): readonly OnDemandCoverage[] {
  return onDemand.flatMap((count, index) => {
    const feature = plan.onDemand?.features[index]
    return feature === undefined ? [] : [{ name: feature.name, dtype: feature.dtype, ...count }]
  })
}

function sum(rows: readonly EngineRow[], column: string): number {
  return rows.reduce((total, row) => total + Number(row[column]), 0)
}

function instant(micros: bigint | null): string | null {
  return micros === null ? null : formatInstant(micros)
}

function describeSource(report: SourceReport) {
  return {
    name: report.source,
    files: report.files,
    filesRead: report.filesRead,
    rows: Number(report.rows),
    droppedNullEventTime: Number(report.droppedNullEventTime),
    leftOutKnownLater: Number(report.leftOutKnownLater),
    inFuture: Number(report.inFuture),
    firstEvent: instant(report.firstEvent),
    lastEvent: instant(report.lastEvent),
  }
}

/** `pushed`: of its rows, those that came by POST /push. */
function describeView(report: ViewReport) {
  return {
    name: report.view,
    rows: Number(report.rows),
    droppedNullKey: Number(report.droppedNullKey),
    droppedNullEventTime: Number(report.droppedNullEventTime),
    pushed: Number(report.pushed),
  }
}
