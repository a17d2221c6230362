/** How far groups are apart: the least value over the greatest, or the greatest minus the least, as Fairlearn's `between_groups`. */
import type { Across, Measurement, MeasurementRequest } from '../../core/measurement.ts'
import { newcombeDifference } from '../../statistics/intervals/newcombe-difference.ts'
import { clustersOf, type Clusters } from '../../statistics/metrics/clusters.ts'
import { type ClusterStatistics, joined, valuesAtEach } from '../../statistics/resampling/cluster-statistics.ts'
import { shareStandardError } from './analytic-spread.ts'
import { chooseDraws, countClusters, type Draws } from './choose-draws.ts'
import { type Cell, noSpreadOf, subjectsOf } from './measure-cell.ts'
import { resampledSpreads, type ResampleSettings } from './resampled-spread.ts'
import { roundedOrNull } from './rounded.ts'
import { shareRatioInterval } from './share-ratio.ts'
import type { NoSpread, Spread } from './spread.ts'
import type { SubjectSample } from './subject-sample.ts'

export interface AcrossRequest extends MeasurementRequest {
  readonly across: 'ratio' | 'difference'
}

interface Compared {
  readonly cell: Cell
  readonly sample: SubjectSample
  readonly value: number
}

/**
 * `cells`: one a group that has a row. The interval is that of the two groups that are farthest apart here: where there are many
 * small ones, some are by chance, and `minGroup` is to keep them out. Of ratios it is made on the scale of the logarithm.
 */
export function measureAcross(cells: readonly Cell[], request: AcrossRequest, settings: ResampleSettings): Measurement {
  const { metric, of, minGroup } = request
  const isCompared = ({ rows }: Cell) => rows >= (minGroup ?? 0)
  const compared = cells.filter(isCompared).flatMap((cell): readonly Compared[] => {
    const [subject, second] = subjectsOf(of)
    const sample = subject === undefined || second !== undefined ? undefined : cell.samples.get(subject)
    return sample === undefined ? [] : [{ cell, sample, value: sample.estimate(metric) }]
  })
  const defined = compared.filter(({ value }) => !Number.isNaN(value))
  const about: Across = {
    columns: request.by,
    how: request.across,
    ...(minGroup === null ? {} : { minGroup }),
    groups: defined.length,
    leftOut: cells
      .filter((cell) => !isCompared(cell) || !defined.some((each) => each.cell === cell))
      .map(({ group }) => group ?? {}),
  }
  const rows = compared.reduce((sum, { cell }) => sum + cell.rows, 0)
  const clusters = countAll(compared)
  const base = { metric, of, rows, ...(clusters === null ? {} : { clusters }) }
  if (subjectsOf(of).length > 1) return { ...base, across: about, ...nothing('differences are not compared between groups') }
  if (defined.length < 2) {
    return { ...base, across: about, ...nothing(`only ${defined.length} of ${cells.length} groups can be compared`) }
  }
  const lowest = defined.reduce((least, each) => (each.value < least.value ? each : least))
  const highest = defined.reduce((most, each) => (each.value > most.value ? each : most))
  const between = { ...about, lowest: lowest.cell.group ?? {}, highest: highest.cell.group ?? {} }
  return {
    ...base,
    across: between,
    ...(lowest === highest ? same(request.across) : compare(lowest, highest, request, settings)),
  }
}

type Values = Pick<Measurement, 'estimate' | 'low' | 'high' | 'standardError' | 'degreesOfFreedom' | 'method' | 'because'>

function nothing(because: string): Values {
  return { estimate: null, low: null, high: null, standardError: null, because }
}

/** All groups have one value: which two are farthest apart is not known. */
function same(how: 'ratio' | 'difference'): Values {
  return { ...nothing('no interval: all groups have the same value'), estimate: how === 'ratio' ? 1 : 0 }
}

function compare(lowest: Compared, highest: Compared, { metric, across }: AcrossRequest, settings: ResampleSettings): Values {
  if (across === 'ratio' && !(lowest.value >= 0 && highest.value > 0))
    return nothing('a ratio of values below 0, or to 0, says nothing')
  const estimate = across === 'ratio' ? lowest.value / highest.value : highest.value - lowest.value
  const spread =
    formula(lowest, highest, { metric, across }, settings.confidence) ?? resampled(lowest, highest, { metric, across }, settings)
  if ('because' in spread) return { ...nothing(spread.because), estimate: roundedOrNull(estimate) }
  return {
    estimate: roundedOrNull(estimate),
    low: roundedOrNull(Math.max(0, spread.low)),
    high: roundedOrNull(across === 'ratio' ? Math.min(1, spread.high) : spread.high),
    standardError: roundedOrNull(spread.standardError),
    ...(spread.degreesOfFreedom === undefined ? {} : { degreesOfFreedom: spread.degreesOfFreedom }),
    method: spread.method,
  }
}

type Asked = Pick<AcrossRequest, 'metric' | 'across'>

/** Newcombe's, of shares among independent rows; null: none is known. */
function formula(lowest: Compared, highest: Compared, { metric, across }: Asked, confidence: number): Spread | null {
  if (lowest.cell.clusters !== null) return null
  const [low, high] = [lowest.sample.proportion(metric), highest.sample.proportion(metric)]
  if (low === null || high === null) return null
  const [lowError, highError] = [shareStandardError(low), shareStandardError(high)]
  if (across === 'difference') {
    const { interval } = newcombeDifference(high, low, confidence)
    return { ...interval, standardError: Math.hypot(lowError, highError), method: 'newcombe' }
  }
  // By the delta method.
  const ratio = lowest.value / highest.value
  const standardError = Math.hypot(lowError, ratio * highError) / highest.value
  return { ...shareRatioInterval(low, high, confidence), standardError, method: 'newcombe' }
}

function resampled(
  lowest: Compared,
  highest: Compared,
  { metric, across }: Asked,
  settings: ResampleSettings,
): Spread | NoSpread {
  const none = noSpreadOf(lowest.sample, metric)
  if (none !== null) return none
  const isRatio = across === 'ratio'
  if (isRatio && lowest.value === 0) return { because: 'no interval: the lowest value is 0, and has no logarithm' }
  const { pair, draws } = pairStatistics([lowest, highest], metric, settings.seed)
  const apart = ([low = NaN, high = NaN]: readonly number[]): readonly number[] => {
    const value = isRatio ? Math.log(low / high) : high - low
    return [Number.isFinite(value) ? value : NaN]
  }
  const compared: ClusterStatistics = {
    clusters: pair.clusters,
    names: ['apart'],
    valuesAt: (counts) => apart(pair.valuesAt(counts)),
    valuesAtEach: (drawn) => valuesAtEach(pair, drawn).map(apart),
  }
  const found = resampledSpreads(compared, draws, settings)
  const spread = found.get('apart') ?? { because: 'no interval' }
  if ('because' in spread || !isRatio) return spread
  const standardError = spread.standardError * (lowest.value / highest.value)
  return { ...spread, low: Math.exp(spread.low), high: Math.exp(spread.high), standardError }
}

/** Both groups under the same draws: of clusters that have rows of one of them. */
function pairStatistics(
  compared: readonly [Compared, Compared],
  metric: string,
  seed: number,
): { readonly draws: Draws; readonly pair: ClusterStatistics } {
  const [low, high] = compared
  const rows = low.cell.rows + high.cell.rows
  const draws = chooseDraws(joinedClusters(compared), rows, seed)
  const { ids, count } = draws.clusters
  const statisticsOf = ({ sample }: Compared, part: Uint32Array): ClusterStatistics =>
    sample.statistics([metric], { ids: part, count })
  const parts = [statisticsOf(low, ids.subarray(0, low.cell.rows)), statisticsOf(high, ids.subarray(low.cell.rows))]
  return { draws, pair: joined(parts, count) }
}

function joinedClusters(compared: readonly Compared[]): Clusters | null {
  const ids = compared.flatMap(({ cell }) => (cell.clusters === null ? [] : [cell.clusters.ids]))
  if (ids.length === 0) return null
  const joined = new Uint32Array(ids.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of ids) {
    joined.set(part, at)
    at += part.length
  }
  return clustersOf(joined, joined.length)
}

function countAll(compared: readonly Compared[]): number | null {
  const clusters = joinedClusters(compared)
  return clusters === null ? null : countClusters(clusters)
}
