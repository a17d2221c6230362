/** Statistics of views from files and definitions, as of a time: all that one computation makes, one view after the other. */
import type { Digest } from '../../core/digest.ts'
import { formatInstant } from '../../core/instant.ts'
import type { SourceState, ViewStatistics } from '../../profiles/view-statistics.ts'
import { openComputation, type Computation, type ComputationPorts } from '../compute/open-computation.ts'
import { planComputation, type ViewMaterials } from '../compute/plan-computation.ts'
import type { EngineOptions } from '../engine/open-engine.ts'
import { profileView } from './profile-view.ts'
import { readSourceStates } from './read-source-states.ts'

/** What statistics are of, and when they are made. */
export interface StatisticsOrigin {
  /** Of the definitions, by view. */
  readonly digests: ReadonlyMap<string, Digest>
  /** Null: a working tree. */
  readonly commit: string | null
  /** Only what was known then counts, and it is the data clock: microseconds since the epoch. */
  readonly asOf: bigint
  /** The clock of the machine, in milliseconds since the epoch. */
  readonly nowMs: number
}

/** By view, then by feature. */
export type KnownEdges = ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>

export interface ViewStatisticsRequest extends StatisticsOrigin {
  readonly materials: ViewMaterials
  readonly views: readonly string[]
  readonly edges: KnownEdges
  readonly ports: ComputationPorts
  readonly engine: EngineOptions
  /** What is being done now, in words. */
  readonly onStep?: (step: string) => void
}

/** In the order of `views`. Throws what `openComputation` throws. */
export async function computeViewStatistics(request: ViewStatisticsRequest): Promise<readonly ViewStatistics[]> {
  const { materials, views, ports, asOf, onStep } = request
  const computation = await openComputation({
    materials,
    wanted: { views },
    ports,
    times: { now: asOf, asOf },
    engine: request.engine,
    onStep: ({ kind, name }) => onStep?.(`${kind}/${name}`),
  })
  try {
    return await describeViews(computation, request)
  } finally {
    await computation.engine.close()
  }
}

/** Of views that a computation has made; `edges` as far as they are known. */
async function describeViews(
  { engine, sources }: Pick<Computation, 'engine' | 'sources'>,
  request: Omit<ViewStatisticsRequest, 'ports' | 'engine'>,
): Promise<readonly ViewStatistics[]> {
  const { materials, views, digests, commit, asOf, nowMs, edges, onStep } = request
  const states = await readSourceStates(engine, sources)
  const described: ViewStatistics[] = []
  for (const name of views) {
    const [view, digest] = [materials.views.get(name), digests.get(name)]
    if (view === undefined || digest === undefined) throw new Error(`the view ${name} and its digest are there`)
    onStep?.(`statistics of ${name}`)
    described.push({
      view: name,
      digest,
      asOf: formatInstant(asOf),
      computedAt: formatInstant(BigInt(nowMs) * 1000n),
      commit,
      sources: statesBehind(name, materials, states),
      features: await profileView(engine, view, materials.entities, { asOf, edges: edges.get(name) ?? new Map() }),
    })
  }
  return described
}

function statesBehind(view: string, materials: ViewMaterials, states: ReadonlyMap<string, SourceState>): readonly SourceState[] {
  const names = planComputation(materials, { views: [view] }).sources.map(({ name }) => name)
  return names.sort().map((name) => {
    const state = states.get(name)
    if (state === undefined) throw new Error(`the source ${name} was read`)
    return state
  })
}

/** Edges of the histograms of earlier statistics. */
export function edgesOf(statistics: readonly ViewStatistics[]): KnownEdges {
  return new Map(
    statistics.map(({ view, features }) => [
      view,
      new Map(
        features.flatMap(({ name, profile: { histogram } }) => (histogram === null ? [] : [[name, histogram.edges] as const])),
      ),
    ]),
  )
}
