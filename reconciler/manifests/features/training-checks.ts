/** The rules on what Models learn from that need views and the label source: features, joins, columns. */
import type { Finding } from '../../core/finding.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import { takenName } from '../../core/online-view.ts'
import type { Task } from '../../core/release.ts'
import { findingIn, type CommitEntry, type CommitView } from '../commit-view.ts'
import type { ModelFeatureSpec, ModelSpec } from '../kinds/model.ts'
import { escapePointer } from '../kinds/request-features.ts'
import type { Problem } from '../local-finding.ts'
import { featureNames, takenTimestamp } from '../model-feature-names.ts'
import { didYouMean, listNames } from '../nearest-name.ts'
import type { FeatureSpecs } from './feature-specs.ts'
import { findKeyClashes, type KeyField } from './key-clashes.ts'
import { viewDtypes } from './taken-dtypes.ts'
import { keyColumns, type RowColumns } from './view-rows.ts'

interface TrainingCase {
  readonly model: ModelSpec
  readonly label: NonNullable<ModelSpec['label']>
  readonly specs: FeatureSpecs
  /** Of the label source; null: it is not there. */
  readonly columns: RowColumns | null
  readonly report: (pointer: string, problem: Problem) => void
}

export function checkTraining(commit: CommitView): readonly Finding[] {
  return commit.entries.flatMap((entry) => {
    if (entry.document.kind !== 'Model' || entry.document.spec === null) return []
    return judge(entry, entry.document.spec as ModelSpec, commit.specs)
  })
}

function judge(entry: CommitEntry, model: ModelSpec, specs: FeatureSpecs): readonly Finding[] {
  const { label } = model
  if (label === null) return []
  const findings: Finding[] = []
  const source = specs.sources.get(label.source)
  const found: TrainingCase = {
    model,
    label,
    specs,
    columns: source === undefined ? null : new Map(source.columns.map(({ name, dtype }) => [name, dtype])),
    report: (pointer, problem) => {
      findings.push(findingIn(entry, pointer, problem))
    },
  }
  model.features.forEach((feature, index) => {
    checkTaken(feature, index, found)
    checkJoin(feature, index, found)
  })
  checkKeyFields(found)
  checkLabelColumns(found)
  checkRequestFeatures(found)
  checkLeaks(found)
  return findings
}

function checkTaken({ view, as, take }: ModelFeatureSpec, index: number, { model, specs, report }: TrainingCase): void {
  const spec = specs.views.get(view)
  if (spec === undefined) return
  const dtypes = viewDtypes(spec, specs)
  const known = [...dtypes.keys()]
  take.forEach((name, position) => {
    const isTaken = !model.onDemandOnly.includes(takenName(as, name))
    if (dtypes.get(name) === 'timestamp' && isTaken)
      report(`/spec/features/${index}/take/${position}`, takenTimestamp(view, name))
    if (known.includes(name)) return
    const message = `expected a feature or aggregation of ${view} (${listNames(known)}), found ${JSON.stringify(name)}`
    report(`/spec/features/${index}/take/${position}`, { rule: 'unknown-feature', message, hint: didYouMean(name, known) })
  })
}

function checkJoin({ view, join }: ModelFeatureSpec, index: number, { specs, columns, label, report }: TrainingCase): void {
  const spec = specs.views.get(view)
  if (spec === undefined || spec.entities.some(({ name }) => !specs.entities.has(name))) return
  const rule = 'join-column'
  const keys = keyColumns(spec, specs)
  const names = keys.map(({ key }) => key)
  for (const name of Object.keys(join).filter((written) => !names.includes(written))) {
    const message = `expected a key of the view ${view} (${listNames(names)}), found ${JSON.stringify(name)}`
    report(`/spec/features/${index}/join/${escapePointer(name)}`, { rule, message, hint: didYouMean(name, names) })
  }
  if (columns === null) return
  for (const { key, dtype } of keys) {
    const column = join[key] ?? key
    const isWritten = Object.hasOwn(join, key)
    const pointer = `/spec/features/${index}/${isWritten ? `join/${escapePointer(key)}` : 'view'}`
    const found = columns.get(column)
    const expected = `a column of ${label.source} of the dtype ${dtype} for the key ${key}`
    if (found === dtype) continue
    const message = `expected ${expected}, found ${found === undefined ? JSON.stringify(column) : `${JSON.stringify(column)} (${String(found)})`}`
    const hint = isWritten || found !== undefined ? didYouMean(column, columns.keys()) : `write join: { ${key}: COLUMN }`
    report(pointer, { rule, message, hint: found === undefined ? hint : undefined })
  }
}

/** What a request holds; keys that the label source has with another dtype are reported there. */
function checkKeyFields({ model, specs, columns, report }: TrainingCase): void {
  const fields = model.features.flatMap(({ view, join }, index) => {
    const spec = specs.views.get(view)
    const keys = spec === undefined ? [] : keyColumns(spec, specs)
    return keys.flatMap(({ key, dtype }): readonly KeyField[] => {
      const field = join[key] ?? key
      if (columns !== null && columns.get(field) !== dtype) return []
      const place = Object.hasOwn(join, key) ? `join/${escapePointer(key)}` : 'view'
      return [{ field, view, key, dtype, pointer: `/spec/features/${index}/${place}` }]
    })
  })
  const sent = new Map(model.requestFeatures.map(({ name, dtype }) => [name, dtype]))
  const joined = new Set(model.features.flatMap(featureNames))
  for (const { pointer, message } of findKeyClashes(fields, { sent, joined })) report(pointer, { rule: 'key-clash', message })
}

const labelDtypes: Readonly<Record<Task, readonly FeatureDtype[]>> = {
  'binary-classification': ['bool', 'int32', 'int64'],
  'multiclass-classification': ['bool', 'int32', 'int64', 'string'],
  regression: ['int32', 'int64', 'float32', 'float64'],
}

function checkLabelColumns({ model, label, columns, report }: TrainingCase): void {
  if (columns === null) return
  const times: readonly FeatureDtype[] = ['timestamp']
  const numbers: readonly FeatureDtype[] = ['int32', 'int64', 'float32', 'float64']
  const { training, evaluation } = model
  const wanted: readonly (readonly [string | null, readonly FeatureDtype[] | null, string])[] = [
    [label.column, labelDtypes[model.task], '/spec/label/column'],
    [label.predictAt, times, '/spec/label/predictAt'],
    [label.knownAt, times, '/spec/label/knownAt'],
    [training?.data.splitBy ?? null, times, '/spec/training/data/splitBy'],
    [training?.weights ?? null, numbers, '/spec/training/weights'],
    [evaluation.resampleBy?.type === 'column' ? evaluation.resampleBy.column : null, null, '/spec/evaluation/resampleBy'],
    ...evaluation.slices.map(({ by }, index) => [by, null, `/spec/evaluation/slices/${index}/by`] as const),
  ]
  for (const [name, dtypes, pointer] of wanted) {
    if (name !== null) reportColumn({ name, dtypes, pointer }, { columns, source: label.source, report })
  }
}

function checkRequestFeatures({ model, label, columns, report }: TrainingCase): void {
  if (columns === null) return
  model.requestFeatures.forEach(({ name, dtype }, index) => {
    const wanted = { name, dtypes: fitting[dtype], pointer: `/spec/requestFeatures/${index}/name` }
    reportColumn(wanted, { columns, source: label.source, report })
  })
}

/** Which columns hold values of a dtype: wider numbers take narrower ones. */
const fitting: Readonly<Record<FeatureDtype, readonly FeatureDtype[]>> = {
  bool: ['bool'],
  int32: ['int32'],
  int64: ['int64', 'int32'],
  float32: ['float32', 'float64', 'int32', 'int64'],
  float64: ['float64', 'float32', 'int32', 'int64'],
  string: ['string'],
  timestamp: ['timestamp'],
}

interface WantedColumn {
  readonly name: string
  /** Null: any. */
  readonly dtypes: readonly FeatureDtype[] | null
  readonly pointer: string
}

interface LabelSource {
  readonly columns: RowColumns
  readonly source: string
  readonly report: TrainingCase['report']
}

function reportColumn({ name, dtypes, pointer }: WantedColumn, { columns, source, report }: LabelSource): void {
  const rule = 'label-column'
  const found = columns.get(name) ?? null
  if (found === null) {
    const message = `expected a column of ${source} (${listNames([...columns.keys()])}), found ${JSON.stringify(name)}`
    report(pointer, { rule, message, hint: didYouMean(name, columns.keys()) })
  } else if (dtypes !== null && !dtypes.includes(found)) {
    const message = `expected a column of the dtype ${dtypes.join(' or ')}, found ${JSON.stringify(name)} (${found})`
    report(pointer, { rule, message })
  }
}

/** What is learned must not be among what it is learned from. */
function checkLeaks({ model, label, report }: TrainingCase): void {
  const rule = 'feature-clash'
  const hidden = [label.column, ...(label.knownAt === null ? [] : [label.knownAt])].map((name) => name.toLowerCase())
  model.requestFeatures.forEach(({ name }, index) => {
    if (!hidden.includes(name.toLowerCase())) return
    const message = `expected what is known at the time of a prediction, found the label's own column ${JSON.stringify(name)}`
    report(`/spec/requestFeatures/${index}/name`, { rule, message })
  })
  model.features.forEach((feature, index) => {
    featureNames(feature).forEach((name, position) => {
      if (name.toLowerCase() !== label.column.toLowerCase()) return
      const message = `expected another name than that of the label, found ${JSON.stringify(name)}`
      report(`/spec/features/${index}/take/${position}`, { rule, message, hint: 'give the view a role with as' })
    })
  })
}
