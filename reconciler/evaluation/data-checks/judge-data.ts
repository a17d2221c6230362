/** What is odd about a training set, judged by what was counted of it: leaks, drift, columns that say nothing. Pure. */
import { countNoun } from '../../core/count-noun.ts'
import type { DataFacts, FeatureFacts } from '../../core/data-facts.ts'
import type { DataCheckOutcome } from '../../core/evaluation.ts'
import { listNames } from '../../core/nearest-name.ts'
import { divergenceOf } from '../../profiles/divergence.ts'

/**
 * What is still as it should be. Deepchecks allows as many shared rows (Train Test Samples Mix: 5 %) and as much drift (0.2), and no new category at
 * all: but a new airport in one of thousand rows is no mistake. Its limit of what one feature may tell is on another scale.
 */
export const dataLimits = {
  /** Share of the judged rows. */
  sharedRows: 0.05,
  /** Share of the judged rows, for each text feature. */
  newCategory: 0.01,
  /** Population stability index, corrected. */
  drift: 0.2,
  /** Area under the ROC curve of a feature alone. */
  area: 0.95,
  /** Absolute rank correlation of a feature and the label of a regression. */
  correlation: 0.99,
  /** A class with a smaller share is told; it fails nothing. */
  rareClass: 0.01,
} as const

/** One outcome for each check, in this order; the columns that it is about are those that are not as they should be. */
export function judgeData(facts: DataFacts): readonly DataCheckOutcome[] {
  return [
    judgeSharedRows(facts),
    judgeLabels(facts),
    judgeConstants(facts),
    judgeNewCategories(facts),
    judgeDrift(facts),
    judgeSingleFeatures(facts),
  ]
}

function judgeSharedRows({ sharedRows, judgedRows, judgedPart }: DataFacts): DataCheckOutcome {
  const value = judgedRows === 0 ? null : rounded(sharedRows / judgedRows)
  const limit = dataLimits.sharedRows
  const message = `expected at most ${percent(limit)} of the rows of the ${judgedPart} part in the training part, found ${sharedRows} of ${judgedRows}`
  const status = value === null ? 'error' : value <= limit ? 'passed' : 'failed'
  return { name: 'shared-rows', columns: [], status, message, value, limit }
}

/** The value is the share of the rarest class in the training part. */
function judgeLabels({ task, labels, trainRows, judgedPart }: DataFacts): DataCheckOutcome {
  const name = 'label-balance'
  const common = { name, columns: [], limit: null } as const
  const known = labels.filter(({ train }) => train > 0)
  const [only] = known
  if (only === undefined)
    return { ...common, status: 'error', message: 'expected labels in the training part, found none', value: null }
  if (known.length === 1 && (task !== 'regression' || only.train === trainRows)) {
    const message = `expected more than one ${task === 'regression' ? 'value' : 'class'} in the training part, found only ${only.value}`
    return { ...common, status: 'failed', message, value: 0 }
  }
  if (task === 'regression')
    return { ...common, status: 'passed', message: 'the label of the training part has more than one value', value: null }
  const unseen = labels.filter(({ train, judged }) => train === 0 && judged > 0)
  if (unseen.length > 0) {
    const message = `expected every class of the ${judgedPart} part in the training part, found ${listNames(unseen.map(({ value }) => value))} only there`
    return { ...common, status: 'failed', message, value: 0 }
  }
  const rarest = known.reduce((least, each) => (each.train < least.train ? each : least))
  const share = rounded(rarest.train / trainRows)
  const rare = share < dataLimits.rareClass ? ': that is few to learn from' : ''
  const message = `the rarest of ${known.length} classes in the training part is ${rarest.value}, ${percent(share)} of the rows${rare}`
  return { ...common, status: 'passed', message, value: share }
}

function judgeConstants({ features }: DataFacts): DataCheckOutcome {
  const columns = features.filter(({ isConstant }) => isConstant).map(({ name }) => name)
  const found = columns.length === 0 ? 'none with one value' : `one value in ${listNames(columns)}`
  const message = `expected more than one value in each of ${countNoun(features.length, 'feature')} of the training part, found ${found}`
  return {
    name: 'constant-feature',
    columns,
    status: columns.length === 0 ? 'passed' : 'failed',
    message,
    value: columns.length,
    limit: 0,
  }
}

function judgeNewCategories({ features, judgedRows, judgedPart }: DataFacts): DataCheckOutcome {
  const measured = features.flatMap(({ name, newCategories }): readonly Measured[] => {
    if (newCategories === null) return []
    const { kinds, rows, examples } = newCategories
    return [
      { name, value: rows / judgedRows, told: `${rows} rows of ${name} with ${kinds} of them (${listNames(examples, kinds)})` },
    ]
  })
  const limit = dataLimits.newCategory
  const expected = `expected at most ${percent(limit)} of the rows of the ${judgedPart} part with a text that the training part does not have`
  return judgeFeatures({ name: 'new-category', expected, limit, measured, absent: 'there is no text feature' })
}

/** What is expected of a population stability index where nothing drifts, for its number of bins and rows, is taken off. */
function judgeDrift({ features, judgedPart }: DataFacts): DataCheckOutcome {
  const measured = features.flatMap(({ name, bins }): readonly Measured[] => {
    const value = correctedStability(bins)
    return value === null ? [] : [{ name, value, told: `${Number(value.toPrecision(2))} of ${name}` }]
  })
  const limit = dataLimits.drift
  const expected = `expected a population stability index between the training and the ${judgedPart} part of at most ${limit}`
  return judgeFeatures({ name: 'train-test-drift', expected, limit, measured, absent: 'no feature has values in both parts' })
}

/**
 * The expected index of two samples of one population is about (bins - 1)(1 / n + 1 / m), since n m / (n + m) times the index is then
 * nearly chi-squared with bins - 1 degrees of freedom: Yurdakul, "Statistical properties of population stability index" (2018), theorem 3.
 * Bins without rows on both sides are none. At least 0; null: a side has no rows.
 */
export function correctedStability({ train, judged }: FeatureFacts['bins']): number | null {
  const divergence = divergenceOf(train, judged)
  if (divergence === null) return null
  const used = train.filter((count, bin) => count + (judged[bin] ?? 0) > 0).length
  const [n, m] = [sum(train), sum(judged)]
  return Math.max(0, divergence.psi - (used - 1) * (1 / n + 1 / m))
}

function judgeSingleFeatures({ features, task }: DataFacts): DataCheckOutcome {
  const isRegression = task === 'regression'
  const measured = features.flatMap(({ name, association }): readonly Measured[] => {
    return association === null ? [] : [{ name, value: association, told: `${association.toFixed(3)} of ${name}` }]
  })
  const limit = isRegression ? dataLimits.correlation : dataLimits.area
  const what = isRegression ? 'an absolute rank correlation with the label' : 'an area under the ROC curve'
  const expected = `expected ${what} of less than ${limit} of each feature alone`
  const absent = features.find(({ because }) => because !== undefined)?.because ?? 'there is no feature'
  return judgeFeatures({ name: 'single-feature-predicts', expected, limit, measured, absent, failsAtLimit: true })
}

interface Measured {
  readonly name: string
  readonly value: number
  readonly told: string
}

interface FeatureCheck {
  readonly name: string
  readonly expected: string
  readonly limit: number
  readonly measured: readonly Measured[]
  /** Why nothing was measured. */
  readonly absent: string
  readonly failsAtLimit?: true
}

/** The value is the worst of all features. */
function judgeFeatures({ name, expected, limit, measured, absent, failsAtLimit }: FeatureCheck): DataCheckOutcome {
  const sorted = measured.toSorted((a, b) => b.value - a.value)
  const [worst] = sorted
  if (worst === undefined)
    return { name, columns: [], status: 'passed', message: `nothing to look at: ${absent}`, value: null, limit }
  const failed = sorted.filter(({ value }) => (failsAtLimit === true ? value >= limit : value > limit))
  const found = failed.length === 0 ? `${worst.told} at most` : listNames(failed.map(({ told }) => told))
  return {
    name,
    columns: failed.map((each) => each.name),
    status: failed.length === 0 ? 'passed' : 'failed',
    message: `${expected}, found ${found}`,
    value: rounded(worst.value),
    limit,
  }
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`
}

/** Six significant digits, as all estimates. */
function rounded(value: number): number {
  return Number(value.toPrecision(6))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
