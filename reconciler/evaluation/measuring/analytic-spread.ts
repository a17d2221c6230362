/** Intervals by a formula, for rows that are independent and weigh the same. Null: no formula is known, a resample has to tell. */
import { meanInterval } from '../../statistics/intervals/mean-interval.ts'
import type { Proportion } from '../../statistics/intervals/interval.ts'
import { proportionInterval } from '../../statistics/intervals/proportion-interval.ts'
import { delongAucOf, type DelongComponents, delongTestOf } from '../../statistics/metrics/delong.ts'
import { normalQuantile } from '../../statistics/special/normal.ts'
import { studentTQuantile } from '../../statistics/special/student-t.ts'
import type { NoSpread, Spread } from './spread.ts'
import type { SubjectSample } from './subject-sample.ts'

/** Shares: Clopper and Pearson, never below the confidence. Areas: DeLong. Means: Student's t. */
export function analyticSpread(sample: SubjectSample, metric: string, confidence: number): Spread | NoSpread | null {
  const proportion = sample.proportion(metric)
  if (proportion !== null) return shareSpread(proportion, confidence)
  const area = sample.areaComponents(metric)
  if (area !== null) return areaSpread(area, confidence)
  const losses = sample.losses(metric)
  return losses === null ? null : meanSpread(losses, confidence)
}

/** The first's value minus the second's: both saw the same rows. */
export function analyticDifference(
  first: SubjectSample,
  second: SubjectSample,
  metric: string,
  confidence: number,
): Spread | NoSpread | null {
  const [hits, otherHits] = [first.hits(metric), second.hits(metric)]
  if (hits !== null && otherHits !== null) return pairedShareSpread(hits, otherHits, confidence)
  const [area, otherArea] = [first.areaComponents(metric), second.areaComponents(metric)]
  if (area !== null && otherArea !== null) return areaDifference(area, otherArea, confidence)
  const [losses, otherLosses] = [first.losses(metric), second.losses(metric)]
  if (losses === null || otherLosses === null) return null
  return meanSpread(differencesOf(losses, otherLosses), confidence)
}

/** Standard error with two successes and two failures more (Agresti and Coull 1998): no share is known without error. */
export function shareStandardError({ successes, count }: Proportion): number {
  const share = (successes + 2) / (count + 4)
  return Math.sqrt((share * (1 - share)) / (count + 4))
}

function shareSpread(proportion: Proportion, confidence: number): Spread {
  const { low, high } = proportionInterval(proportion, confidence, 'beta')
  return { low, high, standardError: shareStandardError(proportion), method: 'clopper-pearson' }
}

function differencesOf(first: Float64Array, second: Float64Array): Float64Array {
  const differences = new Float64Array(first.length)
  for (let row = 0; row < first.length; row += 1) differences[row] = (first[row] ?? NaN) - (second[row] ?? NaN)
  return differences
}

function areaSpread(area: DelongComponents, confidence: number): Spread | NoSpread {
  const { auc, low, high, standardError } = delongAucOf(area, confidence)
  if (Number.isNaN(standardError)) return { because: 'no interval: DeLong needs two rows of each class' }
  if (standardError === 0 && (auc === 0 || auc === 1)) {
    return { because: 'no interval: the scores separate the classes completely, so that nothing varies' }
  }
  return { low, high, standardError, method: 'delong' }
}

function areaDifference(first: DelongComponents, second: DelongComponents, confidence: number): Spread | NoSpread {
  const test = delongTestOf(first, second, confidence)
  const { difference, low, high } = test
  // Both rank alike: their difference is 0 on every draw of these rows.
  if (difference === 0 && Number.isNaN(low)) return { low: 0, high: 0, standardError: 0, method: 'delong' }
  if (Number.isNaN(low)) return { because: 'no interval: DeLong needs two rows of each class' }
  return { low, high, standardError: (high - low) / 2 / normalQuantile(0.5 + confidence / 2), method: 'delong' }
}

function meanSpread(values: Float64Array, confidence: number): Spread | NoSpread {
  const { standardError, df, interval } = meanInterval(values, confidence)
  if (Number.isNaN(standardError)) return { because: 'no interval: one row says nothing about the others' }
  return { low: interval.low, high: interval.high, standardError, degreesOfFreedom: df, method: 'mean-t' }
}

/** Half a row more in each cell of the two by two table (Agresti and Min 2005): also models that never differ may differ elsewhere. */
function pairedShareSpread(hits: Uint8Array, others: Uint8Array, confidence: number): Spread | NoSpread {
  const count = hits.length
  if (count < 2) return { because: 'no interval: one row says nothing about the others' }
  let [only, onlyOther] = [0, 0]
  for (let row = 0; row < count; row += 1) {
    if (hits[row] === others[row]) continue
    if (hits[row] === 1) only += 1
    else onlyOther += 1
  }
  const difference = (only - onlyOther) / count
  const size = count + 2
  const standardError = Math.sqrt(only + onlyOther + 1 - (only - onlyOther) ** 2 / size) / size
  const reach = studentTQuantile(0.5 + confidence / 2, count - 1) * standardError
  return { low: difference - reach, high: difference + reach, standardError, degreesOfFreedom: count - 1, method: 'mean-t' }
}
