/**
 * From definitions and files to an engine that holds the relations `source:NAME` and `view:NAME` of the wanted views: what training
 * sets, previews, checks and materialisation read. It knows no command and no store.
 */
import type { Engine } from '../engine/engine.ts'
import { openEngine, type EngineOptions } from '../engine/open-engine.ts'
import type { PushedSegments, QueryReader, SecretReader, SourceFiles } from '../ports.ts'
import { listSegments } from '../pushed/list-segments.ts'
import { loadPushedRows, type PushedRows } from '../pushed/load-pushed-rows.ts'
import { prepareSource, type SourceReport } from '../sources/prepare-source.ts'
import { resolveSource, type ResolvedSource } from '../sources/resolve-source.ts'
import type { TimeRange } from '../sources/time-range.ts'
import { buildViewTable, makeViewTable, type ViewReport } from '../views/build-view-table.ts'
import { planComputation, type ComputationPlan, type ViewMaterials, type Wanted } from './plan-computation.ts'

/** Where rows and secrets come from. */
export interface ComputationPorts {
  readonly files: SourceFiles
  readonly queries: QueryReader
  readonly secrets: SecretReader
  /** Absent: only rows of sources are there, as for views on a grid. */
  readonly pushed?: PushedSegments
}

export interface ComputationTimes {
  /** The data clock, in microseconds since the epoch. */
  readonly now: bigint
  /** Rows of sources that could be read only later are not there. Null: all rows are, and reports count those after `now`. */
  readonly asOf: bigint | null
  /** By source: files that hold nothing of it are not read. Others are read whole: a transform may need any row. */
  readonly ranges?: ReadonlyMap<string, TimeRange>
  /** By source, in microseconds since the epoch: rows that were known by then are left out, unchecked and uncounted. */
  readonly knownAfter?: ReadonlyMap<string, bigint>
}

/** What is being made now. */
export interface ComputationStep {
  readonly kind: 'DataSource' | 'FeatureView'
  readonly name: string
}

export interface ComputationRequest {
  readonly materials: ViewMaterials
  readonly wanted: Wanted
  readonly ports: ComputationPorts
  readonly times: ComputationTimes
  /** `folders` and `files` stay reachable besides the files of the sources. `signal` ends the engine, and this with it. */
  readonly engine: EngineOptions
  readonly onStep?: (step: ComputationStep) => void
  /** False: nobody asks for reports of views. Default true. */
  readonly hasViewReports?: boolean
}

export interface Computation {
  /** Locked. Whoever opened it closes it. */
  readonly engine: Engine
  /** In the order of the plan. */
  readonly sources: readonly SourceReport[]
  /** In the order of the plan; empty without `hasViewReports`. */
  readonly views: readonly ViewReport[]
  /** By view, where rows were pushed. */
  readonly pushed: ReadonlyMap<string, PushedRows>
}

/**
 * Throws what `planComputation`, `resolveSource`, `prepareSource` and `buildViewTable` throw; the engine is closed then, also when
 * the signal ended it.
 */
export async function openComputation(request: ComputationRequest): Promise<Computation> {
  const plan = planComputation(request.materials, request.wanted)
  const resolved: ResolvedSource[] = []
  for (const source of plan.sources) resolved.push(await resolveSource(source, request.ports.files))
  const segments = await listSegments(plan.views, request.ports.pushed, request.times.asOf)
  const files = [
    ...resolved.flatMap((source) => source.files.map(({ localPath }) => localPath)),
    ...[...segments.values()].flat(),
  ]
  const engine = await openEngine({ ...request.engine, files: [...(request.engine.files ?? []), ...files] })
  try {
    const sources = await prepareSources(engine, resolved, request)
    await engine.lock()
    return { engine, sources, ...(await buildViews(engine, plan, segments, request)) }
  } catch (thrown) {
    await engine.close()
    throw thrown
  }
}

async function prepareSources(
  engine: Engine,
  resolved: readonly ResolvedSource[],
  { ports, times, onStep }: ComputationRequest,
): Promise<readonly SourceReport[]> {
  const reports: SourceReport[] = []
  for (const source of resolved) {
    const { name } = source.definition
    onStep?.({ kind: 'DataSource', name })
    const range = times.ranges?.get(name)
    const knownAfter = times.knownAfter?.get(name)
    reports.push(
      await prepareSource(engine, source, {
        queries: ports.queries,
        secrets: ports.secrets,
        now: times.now,
        ...(times.asOf === null ? {} : { asOf: times.asOf }),
        ...(range === undefined ? {} : { range }),
        ...(knownAfter === undefined ? {} : { knownAfter }),
      }),
    )
  }
  return reports
}

async function buildViews(
  engine: Engine,
  { views }: ComputationPlan,
  segments: ReadonlyMap<string, readonly string[]>,
  { materials: { entities }, times: { asOf }, onStep, hasViewReports = true }: ComputationRequest,
): Promise<Pick<Computation, 'views' | 'pushed'>> {
  const reports: ViewReport[] = []
  const pushed = new Map<string, PushedRows>()
  for (const view of views) {
    onStep?.({ kind: 'FeatureView', name: view.name })
    const files = segments.get(view.name)
    const rows = files === undefined ? null : await loadPushedRows(engine, view, entities, { files, asOf })
    if (rows !== null) pushed.set(view.name, rows)
    if (hasViewReports) reports.push(await buildViewTable(engine, view, entities, rows))
    else await makeViewTable(engine, view, entities, rows)
  }
  return { views: reports, pushed }
}
