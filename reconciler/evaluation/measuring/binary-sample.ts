/** Metrics of a binary classifier on some rows: points, what intervals are made of, and resamples. */
import { areProbabilities, assertBinaryOutcomes } from '../../statistics/metrics/binary-outcomes.ts'
import { binarySums, calibrationGapsOf, probabilityEpsilon } from '../../statistics/metrics/binary-sums.ts'
import { type Clusters, totalsOf } from '../../statistics/metrics/clusters.ts'
import { delongComponents } from '../../statistics/metrics/delong.ts'
import { equalMassCalibrationError } from '../../statistics/metrics/equal-mass-calibration.ts'
import { rankingMetrics } from '../../statistics/metrics/ranking-metrics.ts'
import { orderScores } from '../../statistics/metrics/score-order.ts'
import { averagePrecisionByCluster } from '../../statistics/resampling/average-precision-by-cluster.ts'
import { type ClusterStatistics, joined, pickStatistics } from '../../statistics/resampling/cluster-statistics.ts'
import { rocAucByCluster } from '../../statistics/resampling/roc-auc-by-cluster.ts'
import { type Cells, cellsOf, proportionOf, tableMetric, tableMetricNames } from './binary-table.ts'
import { calibrationNoise, isNoiseName } from './calibration-noise.ts'
import { equalMassName, equalMassStatistics, isOfEqualMass } from './equal-mass-statistics.ts'
import { once } from './once.ts'
import type { SampleColumns, SubjectSample } from './subject-sample.ts'

const ranked = ['roc_auc', 'average_precision'] as const
const losses = ['log_loss', 'brier'] as const
const onlyOfProbabilities = [...losses, 'ece', 'mce', 'ece_equal_mass']

/** Throws a RangeError for rows that are no outcomes. */
export function createBinarySample({ truth: labels, scores, weights, threshold }: SampleColumns): SubjectSample {
  const truth = Uint8Array.from(labels)
  const outcomes = { truth, scores, weights }
  assertBinaryOutcomes(outcomes)
  const totals = once(() => totalsOf(binarySums({ outcomes, threshold })))
  const order = once(() => orderScores(scores))
  const ranking = once(() => rankingMetrics(outcomes, order()))
  const components = once(() => delongComponents({ truth, scores }, order()))
  const isConstant = once(() => scores.every((score) => score === scores[0]))
  const isOwn = (metric: string, names: readonly string[]) => weights === undefined && names.includes(metric)
  return {
    rows: truth.length,
    estimate: (metric) => {
      if (metric === 'roc_auc') return ranking().rocAuc
      if (metric === 'average_precision') return ranking().averagePrecision
      if (metric === equalMassName) return equalMassCalibrationError(outcomes, order())
      return tableMetric(metric, totals())
    },
    whyUndefined: (metric) => whyUndefined(metric, { cells: cellsOf(totals()), scores, isWeighted: weights !== undefined }),
    proportion: (metric) => (weights === undefined ? proportionOf(metric, cellsOf(totals())) : null),
    hits: (metric) => (weights === undefined ? hitsOf(metric, { truth, scores, threshold }) : null),
    losses: (metric) => (isOwn(metric, losses) && areProbabilities(scores) ? lossesOf(metric, truth, scores) : null),
    areaComponents: (metric) => (isOwn(metric, ['roc_auc']) ? components() : null),
    whyNotResampled: () => null,
    statistics: (metrics, clusters) => {
      const [ofEqualMass, others] = [metrics.filter(isOfEqualMass), metrics.filter((name) => !isOfEqualMass(name))]
      const summed = others.filter((name) => tableMetricNames.includes(name) || isNoiseName(name) || isConstant())
      const parts: ClusterStatistics[] = []
      if (ofEqualMass.length > 0) parts.push(equalMassStatistics(outcomes, { order: order(), clusters }, ofEqualMass))
      if (summed.length > 0) parts.push(tableStatistics({ outcomes, threshold, clusters }, summed))
      if (!isConstant() && metrics.includes('roc_auc')) parts.push(rocAucByCluster(outcomes, clusters))
      if (!isConstant() && metrics.includes('average_precision'))
        parts.push(averagePrecisionByCluster(outcomes, clusters, order()))
      return pickStatistics(joined(parts, clusters.count), metrics)
    },
  }
}

interface Rows {
  readonly truth: Uint8Array
  readonly scores: Float64Array
  readonly threshold: number
}

/** What ranks is a function of sums only where all scores are alike: half, and the share of the positives. */
function tableStatistics(
  given: { readonly outcomes: { truth: Uint8Array; scores: Float64Array; weights: Float64Array | undefined }; readonly threshold: number; readonly clusters: Clusters }, // prettier-ignore
  names: readonly string[],
): ClusterStatistics {
  const sums = binarySums(given)
  const about = calibrationGapsOf(totalsOf(sums))
  const valuesAt = (counts: ArrayLike<number>): readonly number[] => {
    const totals = totalsOf(sums, counts)
    const tableOf = (name: string): number =>
      isNoiseName(name) ? calibrationNoise(name, calibrationGapsOf(totals), about) : tableMetric(name, totals)
    return names.map((name) => (ranked.some((other) => other === name) ? alikeMetric(name, totals) : tableOf(name)))
  }
  return { clusters: given.clusters.count, names, valuesAt }
}

function alikeMetric(name: string, totals: Float64Array): number {
  const { positives, negatives } = cellsOf(totals)
  if (name === 'roc_auc') return positives > 0 && negatives > 0 ? 0.5 : NaN
  return positives > 0 ? positives / (positives + negatives) : NaN
}

function lossesOf(metric: string, truth: Uint8Array, scores: Float64Array): Float64Array {
  const values = new Float64Array(scores.length)
  for (let row = 0; row < values.length; row += 1) {
    const [score, label] = [scores[row] ?? NaN, truth[row] ?? 0]
    values[row] = metric === 'brier' ? (score - label) ** 2 : logLossOf(label === 1 ? score : 1 - score)
  }
  return values
}

function logLossOf(chance: number): number {
  return -Math.log(Math.min(Math.max(chance, probabilityEpsilon), 1 - probabilityEpsilon))
}

type Hit = (label: number | undefined, isSelected: boolean) => boolean

/** Of these the denominator does not depend on the scores: null where it does. */
function hitsOf(metric: string, { truth, scores, threshold }: Rows): Uint8Array | null {
  const count = (among: 0 | 1 | null, isHit: Hit): Uint8Array => {
    const hits: number[] | Uint8Array = new Uint8Array(truth.length)
    let length = 0
    for (let row = 0; row < truth.length; row += 1) {
      if (among !== null && truth[row] !== among) continue
      hits[length] = isHit(truth[row], (scores[row] ?? NaN) >= threshold) ? 1 : 0
      length += 1
    }
    return hits.subarray(0, length)
  }
  const selected: Hit = (_, isSelected) => isSelected
  const notSelected: Hit = (_, isSelected) => !isSelected
  switch (metric) {
    case 'accuracy':
      return count(null, (label, isSelected) => (label === 1) === isSelected)
    case 'selection_rate':
      return count(null, selected)
    case 'recall':
    case 'true_positive_rate':
      return count(1, selected)
    case 'false_negative_rate':
      return count(1, notSelected)
    case 'false_positive_rate':
      return count(0, selected)
    case 'true_negative_rate':
      return count(0, notSelected)
    default:
      return null
  }
}

interface Why {
  readonly cells: Cells
  readonly scores: Float64Array
  readonly isWeighted: boolean
}

function whyUndefined(metric: string, { cells, scores, isWeighted }: Why): string {
  const { positives, negatives, selected } = cells
  if (positives + negatives === 0) return 'there are no rows'
  if (onlyOfProbabilities.includes(metric) && !areProbabilities(scores))
    return 'the scores are no probabilities: some are outside of 0 to 1'
  if (metric === equalMassName && isWeighted) return 'bins of equal mass are not defined with weights'
  if (positives === 0) return 'no row is of the positive class'
  if (negatives === 0) return 'all rows are of the positive class'
  if (selected === 0) return 'nothing is predicted positive'
  return 'it is not defined on these rows'
}
