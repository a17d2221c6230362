/**
 * From the resources of a valid commit to definitions of features, every default filled: what training joins, tests run and
 * serving reads. A name that is not there is a bug here: validation has found it.
 */
import type {
  Aggregation,
  EntityDefinition,
  EvaluationColumns,
  Expectation,
  FreshnessRule,
  LabelDefinition,
  ModelFeature,
  SourceDefinition,
  SplitDefinition,
  ViewDefinition,
  ViewTest,
  VolumeRule,
} from '../core/feature-definition.ts'
import { parseInstant } from '../core/instant.ts'
import type { OnDemandFeature } from '../core/on-demand-feature.ts'
import type { RequestFeature } from '../core/release.ts'
import type { Resource } from '../core/resource.ts'
import { aggregateDtype } from './aggregation-columns.ts'
import { readExpectations } from './expectation-checks.ts'
import { type FeatureSpecs, specsOf } from './features/feature-specs.ts'
import { aggregatedDtype, keyColumns, viewTimes } from './features/view-rows.ts'
import type { AggregationSpec, FeatureViewSpec } from './kinds/feature-view.ts'
import type { ModelSpec } from './kinds/model.ts'
import { ruleColumns } from './rule-sets.ts'

/** What must hold for the rows of a source, as they come. */
export interface SourceRules {
  readonly expectations: readonly Expectation[]
  readonly freshness: FreshnessRule | null
  readonly volume: VolumeRule | null
}

/** What must hold for the rows of a view, and what its tests say. */
export interface ViewRules {
  readonly expectations: readonly Expectation[]
  readonly tests: readonly ViewTest[]
}

/** Everything that a model learns from. */
export interface TrainingDefinition {
  readonly model: string
  readonly features: readonly ModelFeature[]
  /** Columns of the label source, of the same names. */
  readonly requestFeatures: readonly RequestFeature[]
  /** Computed of the others, row by row. */
  readonly onDemand: readonly OnDemandFeature[]
  /** Names of features of views, and of request features, that are no inputs: on-demand features alone read them. */
  readonly onDemandOnly: readonly string[]
  readonly label: LabelDefinition
  /** Null: every row, in one part. */
  readonly split: SplitDefinition | null
  /** Column of the label source with the weight of each row; null: every row counts the same. */
  readonly weights: string | null
  readonly evaluation: EvaluationColumns
}

/** Features of one commit; every map is by name, in the order of the resources. */
export interface FeatureDefinitions {
  readonly entities: ReadonlyMap<string, EntityDefinition>
  readonly sources: ReadonlyMap<string, SourceDefinition>
  readonly sourceRules: ReadonlyMap<string, SourceRules>
  readonly views: ReadonlyMap<string, ViewDefinition>
  readonly viewRules: ReadonlyMap<string, ViewRules>
  /** Models that have a label. */
  readonly training: ReadonlyMap<string, TrainingDefinition>
}

export function buildFeatureDefinitions(resources: readonly Resource[]): FeatureDefinitions {
  const specs = specsOf(resources)
  const models = resources.filter(({ kind }) => kind === 'Model') as readonly Resource<ModelSpec>[]
  return {
    entities: mapValues(specs.entities, ({ keys }, name) => ({ name, keys })),
    sources: mapValues(specs.sources, ({ expectations: _, freshness: _late, volume: _few, ...spec }, name) => ({
      name,
      ...spec,
    })),
    sourceRules: mapValues(specs.sources, ({ expectations, freshness, volume }) => ({
      expectations: readExpectations(expectations),
      freshness,
      volume,
    })),
    views: mapValues(specs.views, (spec, name) => viewDefinition(name, spec, specs)),
    viewRules: mapValues(specs.views, (spec) => ({ expectations: readExpectations(spec.expectations), tests: viewTests(spec) })),
    training: new Map(
      models.flatMap(({ metadata: { name }, spec }) => {
        const definition = trainingDefinition(name, spec, { specs, besides: ruleColumns(spec, resources) })
        return definition === null ? [] : [[name, definition] as const]
      }),
    ),
  }
}

function mapValues<In, Out>(map: ReadonlyMap<string, In>, change: (value: In, name: string) => Out): ReadonlyMap<string, Out> {
  return new Map([...map].map(([name, value]) => [name, change(value, name)]))
}

function viewDefinition(name: string, spec: FeatureViewSpec, specs: FeatureSpecs): ViewDefinition {
  const times = viewTimes(spec, specs)
  if (times === null) throw new Error(`a valid commit has the inputs of the view ${name}`)
  const keys = keyColumns(spec, specs)
  return {
    name,
    entities: spec.entities.map(({ name: entity }) => ({
      name: entity,
      columns: Object.fromEntries(keys.filter((key) => key.entity === entity).map(({ key, column }) => [key, column])),
    })),
    inputs: spec.inputs,
    transform: spec.transform,
    ...times,
    ttlMs: spec.ttlMs,
    features: spec.features,
    aggregations: spec.aggregations.map((aggregation) => readAggregation(aggregation, spec, specs)),
    online: spec.online,
  }
}

function readAggregation(written: AggregationSpec, view: FeatureViewSpec, specs: FeatureSpecs): Aggregation {
  const dtype = written.dtype ?? aggregateDtype(written.function, aggregatedDtype(written.column, view, specs))
  if (dtype === null) throw new Error(`a valid view tells the dtype of ${written.name}`)
  return { ...written, dtype }
}

function viewTests({ tests, inputs }: FeatureViewSpec): readonly ViewTest[] {
  const [first] = inputs
  if (first === undefined) throw new Error('a view has an input')
  return tests.map(({ name, given, expect }) => ({
    name,
    given: isRowList(given) ? { [first.name]: given } : given,
    expect,
  }))
}

function isRowList(given: FeatureViewSpec['tests'][number]['given']): given is Extract<typeof given, readonly unknown[]> {
  return Array.isArray(given)
}

/** Null for a model without a label. */
function trainingDefinition(
  model: string,
  spec: ModelSpec,
  { specs, besides }: { readonly specs: FeatureSpecs; readonly besides: readonly string[] },
): TrainingDefinition | null {
  const { label, training, evaluation, requestFeatures, onDemand, onDemandOnly } = spec
  if (label === null) return null
  return {
    model,
    features: spec.features.map((feature) => {
      const view = specs.views.get(feature.view)
      if (view === undefined) throw new Error(`a valid commit has the view ${feature.view}`)
      const join = keyColumns(view, specs).map(({ key }) => [key, feature.join[key] ?? key] as const)
      return { ...feature, join: Object.fromEntries(join) }
    }),
    requestFeatures,
    onDemand,
    onDemandOnly,
    label,
    split: training === null ? null : readSplit(training.data, label),
    weights: training?.weights ?? null,
    evaluation: { resampleBy: evaluation.resampleBy, slices: evaluation.slices, besides },
  }
}

function readSplit(data: NonNullable<ModelSpec['training']>['data'], label: LabelDefinition): SplitDefinition {
  const { from, until, splitBy, validationMs, testMs } = data
  return {
    fromMicros: from === null ? null : readTime(from),
    untilMicros: readTime(until),
    splitBy: splitBy ?? label.predictAt,
    validationMs,
    testMs,
  }
}

function readTime(text: string): bigint {
  const time = parseInstant(text)
  if (time === null) throw new Error(`a valid model has times that exist: ${text}`)
  return time
}
