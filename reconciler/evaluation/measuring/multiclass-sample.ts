/** Metrics of a classifier of several classes on some rows: points, what intervals are made of, and resamples. */
import { probabilityEpsilon } from '../../statistics/metrics/binary-sums.ts'
import { multiclassMetrics } from '../../statistics/metrics/multiclass-metrics.ts'
import { joined, pickStatistics } from '../../statistics/resampling/cluster-statistics.ts'
import { multiclassByCluster } from '../../statistics/resampling/multiclass-by-cluster.ts'
import {
  mostPairedClasses,
  multiclassPairsByCluster,
  pairAreaNames,
} from '../../statistics/resampling/multiclass-pairs-by-cluster.ts'
import { multiclassAreaNames, multiclassRocAucByCluster } from '../../statistics/resampling/multiclass-roc-auc-by-cluster.ts'
import { once } from './once.ts'
import type { SampleColumns, SubjectSample } from './subject-sample.ts'

/** Every row has one class, so that these are all the share of right predictions. */
const shares = ['accuracy', 'precision_micro', 'recall_micro', 'f1_micro']

/** Throws a RangeError for rows that are no outcomes. */
export function createMulticlassSample({ truth: labels, scores, weights, classes }: SampleColumns): SubjectSample {
  const outcomes = { classes, truth: Uint32Array.from(labels), probabilities: scores, weights }
  const metrics = once((): Readonly<Record<string, unknown>> => ({ ...multiclassMetrics(outcomes) }))
  const hits = once(() => hitsOf(outcomes))
  const isOwn = (metric: string, names: readonly string[]) => weights === undefined && names.includes(metric)
  return {
    rows: labels.length,
    estimate: (metric) => {
      const value = metrics()[metric]
      return typeof value === 'number' ? value : NaN
    },
    whyUndefined: (metric) => whyUndefined(metric, outcomes),
    proportion: (metric) => {
      if (!isOwn(metric, shares)) return null
      return { successes: hits().reduce((sum, hit) => sum + hit, 0), count: labels.length }
    },
    hits: (metric) => (isOwn(metric, shares) ? hits() : null),
    losses: (metric) => {
      const values = isOwn(metric, ['log_loss', 'brier']) ? lossesOf(metric, outcomes) : null
      return values === null || values.some(Number.isNaN) ? null : values
    },
    areaComponents: () => null,
    whyNotResampled: (metric) =>
      pairAreaNames.includes(metric) && classes > mostPairedClasses
        ? `areas of each class against each other are drawn again for at most ${mostPairedClasses} classes, and there are ${classes}`
        : null,
    statistics: (names, clusters) => {
      const parts = [multiclassByCluster(outcomes, clusters)]
      if (names.some((name) => multiclassAreaNames.includes(name))) parts.push(multiclassRocAucByCluster(outcomes, clusters))
      if (names.some((name) => pairAreaNames.includes(name))) parts.push(multiclassPairsByCluster(outcomes, clusters))
      return pickStatistics(joined(parts, clusters.count), names)
    },
  }
}

interface Outcomes {
  readonly classes: number
  readonly truth: Uint32Array
  readonly probabilities: Float64Array
}

function hitsOf({ classes, truth, probabilities }: Outcomes): Uint8Array {
  return Uint8Array.from(truth, (label, row) => {
    let highest = 0
    for (let k = 1; k < classes; k += 1) {
      if ((probabilities[row * classes + k] ?? NaN) > (probabilities[row * classes + highest] ?? NaN)) highest = k
    }
    return highest === label ? 1 : 0
  })
}

/** NaN where a value is no probability. */
function lossesOf(metric: string, { classes, truth, probabilities }: Outcomes): Float64Array {
  return Float64Array.from(truth, (label, row) => {
    let squares = 0
    for (let k = 0; k < classes; k += 1) {
      const probability = probabilities[row * classes + k] ?? NaN
      squares += probability >= 0 && probability <= 1 ? (probability - (k === label ? 1 : 0)) ** 2 : NaN
    }
    if (metric === 'brier') return squares
    const chance = probabilities[row * classes + label] ?? NaN
    return -Math.log(Math.min(Math.max(chance, probabilityEpsilon), 1 - probabilityEpsilon)) + 0 * squares
  })
}

function whyUndefined(metric: string, { classes, truth, probabilities }: Outcomes): string {
  if (truth.length === 0) return 'there are no rows'
  if (['log_loss', 'brier'].includes(metric) && probabilities.some((value) => value < 0 || value > 1)) {
    return 'the scores are no probabilities: some are outside of 0 to 1'
  }
  const found = new Set(truth).size
  return found < classes ? `only ${found} of ${classes} classes are there` : 'it is not defined on these rows'
}
