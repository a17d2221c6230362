/** From what a model learns from to what a training set holds: its columns, its parts, the views in their roles. Pure. */
import type {
  LabelDefinition,
  SliceDefinition,
  SourceDefinition,
  SplitDefinition,
  ViewDefinition,
} from '../../core/feature-definition.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import { takenName } from '../../core/online-view.ts'
import type { TrainingDefinition } from '../../manifests/feature-definitions.ts'
import type { OnDemandProgram } from '../../expressions/compile-on-demand.ts'
import { programOf } from '../../expressions/program-of.ts'
import type { ViewMaterials } from '../compute/plan-computation.ts'
import type { TimeRange } from '../sources/time-range.ts'

export type PartName = 'train' | 'validation' | 'test'

/** A stretch of the split's time, in microseconds since the epoch: from (included) until (not included); null: open. */
export interface DatasetPart {
  readonly name: PartName
  readonly from: bigint | null
  readonly until: bigint | null
}

/** A column that the trainer gets. */
export interface DatasetColumn {
  readonly name: string
  readonly dtype: FeatureDtype
  readonly role: 'feature' | 'request' | 'on-demand' | 'label'
  /** Null unless it is a feature. */
  readonly from: { readonly view: string; readonly as: string | null; readonly name: string } | null
}

/** A column of the label source that travels beside the rows. */
export interface SideColumn {
  readonly name: string
  readonly dtype: FeatureDtype
}

/** A view in one role; several roles of one view stand apart. */
export interface DatasetView {
  /** Unique in the dataset. */
  readonly prefix: string
  readonly view: ViewDefinition
  readonly as: string | null
  /** By key: the column of the label source. */
  readonly join: Readonly<Record<string, string>>
  readonly take: readonly { readonly name: string; readonly as: string }[]
}

export interface DatasetPlan {
  readonly label: LabelDefinition
  readonly source: SourceDefinition
  readonly split: SplitDefinition | null
  /** In the order of time. */
  readonly parts: readonly DatasetPart[]
  readonly views: readonly DatasetView[]
  readonly columns: readonly DatasetColumn[]
  /** All features of views, those that on-demand features alone read among them. */
  readonly joined: readonly DatasetColumn[]
  /** Names of all request features, likewise. */
  readonly sent: readonly string[]
  /** Computes on-demand features of the joined rows; null: there are none. */
  readonly onDemand: OnDemandProgram | null
  readonly sideColumns: readonly SideColumn[]
  /** One of the side columns; null: every row counts the same. */
  readonly weights: string | null
  readonly slices: readonly SliceDefinition[]
  /** Whether days (UTC) of the split's time stand beside the rows. */
  readonly hasDay: boolean
  /** The label source's files outside of it hold no row of the dataset. */
  readonly range: TimeRange | null
}

/** Names that are not there are bugs here: validation has found them. */
export function planDataset(training: TrainingDefinition, { sources, views }: ViewMaterials): DatasetPlan {
  const { label, split, evaluation } = training
  const source = sources.get(label.source)
  if (source === undefined) throw new Error(`a valid commit has the source ${label.source}`)
  const roles = training.features.map((feature, index): DatasetView => {
    const view = views.get(feature.view)
    if (view === undefined) throw new Error(`a valid commit has the view ${feature.view}`)
    const take = feature.take.map((name) => ({ name, as: takenName(feature.as, name) }))
    return { prefix: String(index), view, as: feature.as, join: feature.join, take }
  })
  const { resampleBy, slices } = evaluation
  const { weights } = training
  const joined = roles.flatMap(featureColumns)
  const isInput = ({ name }: { readonly name: string }): boolean => !training.onDemandOnly.includes(name)
  const besides = [
    ...(weights === null ? [] : [weights]),
    ...slices.map(({ by }) => by),
    ...(resampleBy?.type === 'column' ? [resampleBy.column] : []),
    ...evaluation.besides,
  ]
  return {
    label,
    source,
    split,
    parts: split === null ? [{ name: 'train', from: null, until: null }] : cutParts(split),
    views: roles,
    columns: [
      ...joined.filter(isInput),
      ...training.requestFeatures.filter(isInput).map(({ name }): DatasetColumn => ({
        name,
        dtype: dtypeOf(source, name),
        role: 'request',
        from: null,
      })),
      ...training.onDemand.map(({ name, dtype }): DatasetColumn => ({ name, dtype, role: 'on-demand', from: null })),
      { name: label.column, dtype: dtypeOf(source, label.column), role: 'label', from: null },
    ],
    joined,
    sent: training.requestFeatures.map(({ name }) => name),
    onDemand: programOf(training.onDemand, [...joined, ...training.requestFeatures]),
    sideColumns: [...new Set(besides)].map((name) => ({ name, dtype: dtypeOf(source, name) })),
    weights,
    slices,
    hasDay: resampleBy?.type === 'day',
    range: sourceRange(source, split, readSources(roles, views)),
  }
}

function cutParts({ fromMicros, untilMicros, validationMs, testMs }: SplitDefinition): readonly DatasetPart[] {
  const test = untilMicros - BigInt(testMs) * 1000n
  const validation = test - BigInt(validationMs) * 1000n
  const train: DatasetPart = { name: 'train', from: fromMicros, until: validation }
  return [
    train,
    ...(validation < test ? [{ name: 'validation' as const, from: validation, until: test }] : []),
    ...(test < untilMicros ? [{ name: 'test' as const, from: test, until: untilMicros }] : []),
  ]
}

function featureColumns({ view, as, take }: DatasetView): readonly DatasetColumn[] {
  return take.map(({ name, as: column }) => {
    const found = [...view.features, ...view.aggregations].find((feature) => feature.name === name)
    if (found === undefined) throw new Error(`a valid view ${view.name} has ${name}`)
    return { name: column, dtype: found.dtype, role: 'feature', from: { view: view.name, as, name } }
  })
}

function dtypeOf(source: SourceDefinition, column: string): FeatureDtype {
  const found = source.columns.find(({ name }) => name === column)
  if (found === undefined) throw new Error(`a valid source ${source.name} has the column ${column}`)
  return found.dtype
}

/** Names of the sources that the views read, directly or through others. */
function readSources(roles: readonly DatasetView[], views: ViewMaterials['views']): ReadonlySet<string> {
  const seen = new Set<string>()
  const sources = new Set<string>()
  const waiting = roles.map(({ view }) => view)
  for (let view = waiting.pop(); view !== undefined; view = waiting.pop()) {
    if (seen.has(view.name)) continue
    seen.add(view.name)
    for (const { kind, name } of view.inputs) {
      if (kind === 'DataSource') sources.add(name)
      const next = kind === 'FeatureView' ? views.get(name) : undefined
      if (next !== undefined) waiting.push(next)
    }
  }
  return sources
}

/**
 * Only where rows are split by their event time, none of them is restated (its newest version may lie elsewhere), and no view reads the
 * source: a value may come of any row.
 */
function sourceRange(source: SourceDefinition, split: SplitDefinition | null, read: ReadonlySet<string>): TimeRange | null {
  if (split === null || split.splitBy !== source.eventTime || source.rowKey.length > 0 || read.has(source.name)) return null
  return { from: split.fromMicros, until: split.untilMicros - 1n }
}
