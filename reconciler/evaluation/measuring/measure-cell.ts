/** Measures all that is wanted of one set of rows: points first, formulas where there are some, and one series of resamples for the rest. */
import { metricCatalogue } from '../../core/metric-catalogue.ts'
import type { GroupKey, Measurement, Subject } from '../../core/measurement.ts'
import type { Clusters } from '../../statistics/metrics/clusters.ts'
import { type ClusterStatistics, valuesAtEach } from '../../statistics/resampling/cluster-statistics.ts'
import { analyticDifference, analyticSpread } from './analytic-spread.ts'
import { allowForNoise, noiseNameOf } from './calibration-noise.ts'
import { chooseDraws, countClusters, type Draws } from './choose-draws.ts'
import { metricRange } from './metric-range.ts'
import { resampledSpreads, type ResampleSettings } from './resampled-spread.ts'
import { roundedOrNull } from './rounded.ts'
import type { NoSpread, Spread } from './spread.ts'
import type { SubjectSample } from './subject-sample.ts'

export type Single = Exclude<Subject, `difference-to-${string}`>

export interface Cell {
  /** Absent: all rows. */
  readonly group?: GroupKey
  readonly rows: number
  /** Null: rows are independent. */
  readonly clusters: Clusters | null
  readonly isWeighted: boolean
  readonly samples: ReadonlyMap<Single, SubjectSample>
}

export interface Wanted {
  readonly metric: string
  readonly of: Subject
}

interface Found extends Wanted {
  readonly estimate: number
  readonly spread: Spread | NoSpread | null
}

/** One measurement for each that is wanted, in their order; those of subjects that the cell does not have are left out. */
export function measureCell(cell: Cell, wanted: readonly Wanted[], settings: ResampleSettings): readonly Measurement[] {
  const possible = wanted.filter(({ of }) => subjectsOf(of).every((subject) => cell.samples.has(subject)))
  const found = possible.map((each): Found => {
    const estimate = estimateOf(cell, each)
    return { ...each, estimate, spread: Number.isNaN(estimate) ? null : ownSpread(cell, each, settings.confidence) }
  })
  const open = found.filter(({ estimate, spread }) => spread === null && !Number.isNaN(estimate))
  const resampled = resample(cell, open, settings)
  return found.map((each) => toMeasurement(cell, each, each.spread ?? resampled.get(nameOf(each)) ?? null))
}

export function subjectsOf(of: Subject): readonly Single[] {
  if (of === 'difference-to-production') return ['candidate', 'production']
  return of === 'difference-to-baseline' ? ['candidate', 'baseline'] : [of]
}

function sampleOf({ samples }: Cell, subject: Single): SubjectSample {
  const sample = samples.get(subject)
  if (sample === undefined) throw new Error(`there is no sample of ${subject}`)
  return sample
}

function estimateOf(cell: Cell, { metric, of }: Wanted): number {
  const [first = NaN, second = 0] = subjectsOf(of).map((subject) => sampleOf(cell, subject).estimate(metric))
  return first - second
}

/** Null: a resample has to tell. */
function ownSpread(cell: Cell, { metric, of }: Wanted, confidence: number): Spread | NoSpread | null {
  const [first, second] = subjectsOf(of).map((subject) => sampleOf(cell, subject))
  if (first === undefined) return null
  const isFormula = cell.clusters === null && !cell.isWeighted
  const spread = !isFormula
    ? null
    : second === undefined
      ? analyticSpread(first, metric, confidence)
      : analyticDifference(first, second, metric, confidence)
  if (spread !== null) return spread
  return noSpreadOf(first, metric)
}

/** Null: resamples tell. */
export function noSpreadOf(sample: SubjectSample, metric: string): NoSpread | null {
  const why = metricCatalogue[metric]?.noInterval ?? sample.whyNotResampled(metric)
  return why === null ? null : { because: `no interval: ${why}` }
}

function nameOf({ metric, of }: Wanted): string {
  return `${of} ${metric}`
}

function resample(cell: Cell, open: readonly Wanted[], settings: ResampleSettings): ReadonlyMap<string, Spread | NoSpread> {
  if (open.length === 0) return new Map()
  const draws = chooseDraws(cell.clusters, cell.rows, settings.seed)
  const noises = open.flatMap((each) => noisesOf(each))
  const found = resampledSpreads(statisticsOf(cell, [...open, ...distinct(noises)], draws), draws, settings)
  return new Map(
    open.map((each) => {
      const spread = found.get(nameOf(each)) ?? { because: 'no interval' }
      const own = noisesOf(each).map((noise) => found.get(nameOf(noise)))
      return [nameOf(each), 'because' in spread || own.length === 0 ? spread : allowForNoise(spread, settings.confidence, own)]
    }),
  )
}

/** What noise adds to the value of each subject; empty where it adds nothing. */
function noisesOf({ metric, of }: Wanted): readonly Wanted[] {
  const noise = noiseNameOf(metric)
  return noise === undefined ? [] : subjectsOf(of).map((subject) => ({ metric: noise, of: subject }))
}

function distinct(wanted: readonly Wanted[]): readonly Wanted[] {
  return [...new Map(wanted.map((each) => [nameOf(each), each])).values()]
}

/** Each subject's values once a resample, and the differences of them: paired. */
function statisticsOf(cell: Cell, open: readonly Wanted[], { clusters }: Draws): ClusterStatistics {
  const subjects = [...new Set(open.flatMap(({ of }) => subjectsOf(of)))]
  const parts = subjects.map((subject) => {
    const metrics = [...new Set(open.filter(({ of }) => subjectsOf(of).includes(subject)).map(({ metric }) => metric))]
    return { subject, metrics, statistics: sampleOf(cell, subject).statistics(metrics, clusters) }
  })
  const places = open.map(({ metric, of }) =>
    subjectsOf(of).map((subject) => {
      const part = parts.findIndex((each) => each.subject === subject)
      return [part, parts[part]?.metrics.indexOf(metric) ?? -1] as const
    }),
  )
  const combine = (values: readonly (readonly number[])[]): readonly number[] =>
    places.map((place) => {
      const [first = NaN, second = 0] = place.map(([part, index]) => values[part]?.[index] ?? NaN)
      return first - second
    })
  return {
    clusters: clusters.count,
    names: open.map(nameOf),
    valuesAt: (counts) => combine(parts.map(({ statistics }) => statistics.valuesAt(counts))),
    valuesAtEach: (draws) => {
      const found = parts.map(({ statistics }) => valuesAtEach(statistics, draws))
      return draws.map((_, draw) => combine(found.map((values) => values[draw] ?? [])))
    },
  }
}

function toMeasurement(cell: Cell, { metric, of, estimate }: Found, spread: Spread | NoSpread | null): Measurement {
  const isDifference = subjectsOf(of).length > 1
  const sure = spread === null || 'because' in spread ? null : isDifference ? spread : withinRange(spread, metric, estimate)
  const because = sure === null || 'because' in sure ? whyNone(cell, { metric, of, estimate }, sure ?? spread) : undefined
  const known = sure === null || 'because' in sure ? null : sure
  return {
    metric,
    of,
    ...(cell.group === undefined ? {} : { group: cell.group }),
    estimate: roundedOrNull(estimate),
    low: roundedOrNull(known?.low ?? NaN),
    high: roundedOrNull(known?.high ?? NaN),
    standardError: roundedOrNull(known?.standardError ?? NaN),
    ...(known?.degreesOfFreedom === undefined ? {} : { degreesOfFreedom: known.degreesOfFreedom }),
    ...(known === null ? {} : { method: known.method }),
    rows: cell.rows,
    ...(cell.clusters === null ? {} : { clusters: countClusters(cell.clusters) }),
    ...(because === undefined ? {} : { because }),
  }
}

/** A share of 0 or 1 that no resample moves is not known without error: nothing here tells how far it may be off. */
function withinRange(spread: Spread, metric: string, estimate: number): Spread | NoSpread {
  const range = metricRange(metric)
  const isAtEnd = estimate === range.high || (estimate === range.low && metric !== 'bias')
  const isBootstrap = spread.method.endsWith('bootstrap-t')
  if (isBootstrap && spread.standardError === 0 && isAtEnd) {
    return { because: `no interval: every resample has the value ${estimate}` }
  }
  return { ...spread, low: Math.max(spread.low, range.low), high: Math.min(spread.high, range.high) }
}

function whyNone(
  cell: Cell,
  { metric, of, estimate }: Wanted & { readonly estimate: number },
  spread: Spread | NoSpread | null,
): string {
  if (!Number.isNaN(estimate)) return spread !== null && 'because' in spread ? spread.because : 'no interval'
  const undefinedOne = subjectsOf(of).find((subject) => Number.isNaN(sampleOf(cell, subject).estimate(metric)))
  const why = sampleOf(cell, undefinedOne ?? 'candidate').whyUndefined(metric)
  return subjectsOf(of).length > 1 ? `${why} (${undefinedOne})` : why
}
