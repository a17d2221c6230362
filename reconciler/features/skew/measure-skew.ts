/** Replays recorded lookups offline and compares, value by value. Knows no command, no record's text and no store. */
import type { ViewDefinition } from '../../core/feature-definition.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import type { FeatureValue } from '../../core/feature-value.ts'
import { openComputation, type ComputationPorts, type ComputationTimes } from '../compute/open-computation.ts'
import type { Engine } from '../engine/engine.ts'
import type { EngineOptions } from '../engine/open-engine.ts'
import { compareValue } from './compare-value.ts'
import { offlineState, onlineState } from './feature-states.ts'
import type { RecordedLookup } from './recorded-lookup.ts'
import type { ReplaySet } from './replay-set.ts'
import { replayOnDemand, type RecordedComputation } from './replay-on-demand.ts'
import { replayView, type OfflineRow } from './replay-view.ts'
import type { FeatureSkew, SkewRecords, SkewReport, ViewLateness } from './skew-report.ts'
import { SkewTally } from './skew-tally.ts'
import { behindMs, replayTime } from './skew-times.ts'

export interface SkewRequest {
  readonly model: string
  readonly sets: readonly ReplaySet[]
  /** What became of the records that the lookups are from. */
  readonly records: SkewRecords
  /** At least 0: `SkewReport.tolerance`. */
  readonly tolerance: number
  readonly ports: Omit<ComputationPorts, 'pushed'>
  readonly times: ComputationTimes
  readonly engine: EngineOptions
  /** What is being done now, in words. */
  readonly onStep?: (step: string) => void
}

/** One engine for each set, one after the other. Throws what `openComputation` and the engine throw. */
export async function measureSkew(request: SkewRequest): Promise<SkewReport> {
  const { model, sets, records, tolerance } = request
  const measured: Measured = { tally: new SkewTally(), lateness: new Map(), tolerance, offline: new Map() }
  for (const set of sets) await replaySet(request, set, measured)
  for (const { computations } of sets) for (const recorded of computations) compareComputed(recorded, measured)
  const features = measured.tally.report()
  return { model, verdict: judge(features), tolerance, records, views: [...measured.lateness.values()], features }
}

interface Measured {
  readonly tally: SkewTally
  /** By view, of those that have a grid. */
  readonly lateness: Map<string, ViewLateness>
  readonly tolerance: number
  /** Values that training has, of lookups of which something was computed. */
  readonly offline: Map<RecordedLookup, Map<string, FeatureValue>>
}

async function replaySet(
  request: SkewRequest,
  { materials, pushed, lookups, computations }: ReplaySet,
  measured: Measured,
): Promise<void> {
  const byView = groupByView(lookups)
  if (byView.size === 0) return
  for (const lookup of computations.flatMap((recorded) => recorded.lookups)) measured.offline.set(lookup, new Map())
  const { ports, times, onStep } = request
  const { engine } = await openComputation({
    materials,
    wanted: { views: [...byView.keys()] },
    ports: { ...ports, pushed },
    times,
    engine: request.engine,
    onStep: ({ kind, name }) => onStep?.(`${kind}/${name}`),
  })
  try {
    for (const [name, own] of byView) {
      const view = materials.views.get(name)
      if (view === undefined) throw new Error(`the materials have the view ${name}`)
      onStep?.(`replay ${name}`)
      await replayLookups(engine, { view, entities: materials.entities, lookups: own }, measured)
    }
  } finally {
    await engine.close()
  }
}

/** In the order in which the views are first read. */
function groupByView(lookups: readonly RecordedLookup[]): ReadonlyMap<string, readonly RecordedLookup[]> {
  const byView = new Map<string, RecordedLookup[]>()
  for (const lookup of lookups) {
    const own = byView.get(lookup.view)
    if (own === undefined) byView.set(lookup.view, [lookup])
    else own.push(lookup)
  }
  return byView
}

interface ViewReplay {
  readonly view: ViewDefinition
  readonly entities: ReplaySet['materials']['entities']
  readonly lookups: readonly RecordedLookup[]
}

async function replayLookups(engine: Engine, { view, entities, lookups }: ViewReplay, measured: Measured): Promise<void> {
  const dtypes = new Map([...view.features, ...view.aggregations].map(({ name, dtype }) => [name, dtype]))
  for (const lookup of lookups) addLateness(measured.lateness, view, lookup)
  for await (const row of replayView(engine, view, entities, lookups)) compareRow(view, dtypes, row, measured)
}

function compareRow(
  view: ViewDefinition,
  dtypes: ReadonlyMap<string, FeatureDtype>,
  row: OfflineRow,
  { tally, tolerance, offline }: Measured,
): void {
  const { lookup } = row
  const asOfUs = replayTime(view, lookup)
  for (const feature of lookup.values.keys()) {
    const dtype = dtypes.get(feature)
    if (dtype === undefined) throw new Error(`the view ${view.name} has ${feature}`)
    const sides = { online: onlineState(view, lookup, feature), offline: offlineState(view, row, feature) }
    offline.get(lookup)?.set(feature, sides.offline.value)
    tally.add({ lookup, feature, dtype, asOfUs, ...sides, comparison: compareValue(dtype, sides, tolerance) })
  }
}

function compareComputed(recorded: RecordedComputation, { tally, tolerance, offline }: Measured): void {
  const lookup = { ...recorded, view: null, as: null, key: [] }
  const compared = replayOnDemand(recorded, (read, feature) => offline.get(read)?.get(feature) ?? null)
  for (const { feature, dtype, ...sides } of compared) {
    tally.add({ lookup, feature, dtype, asOfUs: recorded.atUs, ...sides, comparison: compareValue(dtype, sides, tolerance) })
  }
}

function addLateness(lateness: Map<string, ViewLateness>, view: ViewDefinition, lookup: RecordedLookup): void {
  if (view.online?.type !== 'grid') return
  const before = lateness.get(view.name) ?? { view: view.name, lookups: 0, behind: 0, longestBehindMs: 0 }
  const late = behindMs(view, lookup)
  lateness.set(view.name, {
    ...before,
    lookups: before.lookups + 1,
    behind: before.behind + (late > 0 ? 1 : 0),
    longestBehindMs: Math.max(before.longestBehindMs, late),
  })
}

function judge(features: readonly FeatureSkew[]): SkewReport['verdict'] {
  if (features.length === 0) return 'nothing-compared'
  const isSkewed = features.some(
    ({ mismatched, missingOnline, missingOffline }) => mismatched + missingOnline + missingOffline > 0,
  )
  return isSkewed ? 'skewed' : 'equal'
}
