/** Brings grid views in the online store to their times: one engine for all that can be computed together, and a failure of one is its own. */
import type { OnlineView } from '../../core/online-view.ts'
import { openComputation, type Computation, type ComputationPorts } from '../compute/open-computation.ts'
import type { ViewMaterials } from '../compute/plan-computation.ts'
import type { EngineOptions } from '../engine/open-engine.ts'
import { viewRelation } from '../views/build-view-table.ts'
import { fillView, type FillReport } from './fill-view.ts'
import type { FilledView, OnlineRows } from './online-rows.ts'
import { nameDataFiles } from './name-data-files.ts'
import { knownToAll, planIdle, type FillTarget } from './plan-target.ts'
import { planViewFill } from './view-fill.ts'

/** A view, and the time of its grid that it is to be brought to, in microseconds since the epoch. */
export interface DueView {
  readonly view: OnlineView
  readonly gridUs: bigint
}

export interface MaterialiseRequest {
  /** Of the views, by name: a commit's, or what a version embeds. */
  readonly materials: ViewMaterials
  readonly due: readonly DueView[]
  readonly ports: ComputationPorts
  readonly store: OnlineRows
  /** The data clock, in microseconds since the epoch: what could be read only later is not there. */
  readonly nowUs: bigint
  readonly engine: EngineOptions
  /** Rows that are written in one transaction. Default 10,000. */
  readonly pageRows?: number
}

const defaultPageRows = 10_000
/** While the rows of one are written, the engine computes those of the other. */
const fillsAtOnce = 2

export type FillOutcome = DueView &
  ({ readonly type: 'filled'; readonly report: FillReport } | { readonly type: 'failed'; readonly error: unknown })

/** One outcome for each view, in their order. Rows that are there stay when a view fails. */
export async function materialiseViews(request: MaterialiseRequest): Promise<readonly FillOutcome[]> {
  try {
    return await fillTogether(request)
  } catch (error) {
    const { due } = request
    if (due.length <= 1 || request.engine.signal?.aborted === true) return due.map((each) => ({ ...each, type: 'failed', error }))
    const outcomes: FillOutcome[] = []
    for (const each of due) outcomes.push(...(await materialiseViews({ ...request, due: [each] })))
    return outcomes
  }
}

/** Throws when any of the views cannot be made; a fill that fails is an outcome. */
async function fillTogether(request: MaterialiseRequest): Promise<readonly FillOutcome[]> {
  const { due, store } = request
  const targets: FillTarget[] = []
  for (const each of due) targets.push(await findTarget(request, each))
  const outcomes = new Map<FillTarget, FillOutcome>()
  const busy: FillTarget[] = []
  for (const target of targets) {
    const idle = planIdle(target)
    if (idle === null) busy.push(target)
    else outcomes.set(target, await passTime(store, target, idle))
  }
  if (busy.length > 0) for (const [target, outcome] of await fillBusy(request, busy)) outcomes.set(target, outcome)
  return targets.flatMap((target) => outcomes.get(target) ?? [])
}

async function findTarget({ materials, ports, store }: MaterialiseRequest, { view, gridUs }: DueView): Promise<FillTarget> {
  const definition = materials.views.get(view.name)
  if (definition === undefined) throw new Error(`the materials have the view ${view.name}`)
  // The files first: whoever fills to other ones since is seen in the state.
  const dataFiles = await nameDataFiles(definition, materials.sources, ports.files)
  return { view, definition, gridUs, dataFiles, state: await store.ensure(view) }
}

async function passTime(store: OnlineRows, { view, gridUs, state }: FillTarget, filled: FilledView): Promise<FillOutcome> {
  await store.finish(state.id, filled)
  return { view, gridUs, type: 'filled', report: { computed: 0, isLate: false } }
}

async function fillBusy(request: MaterialiseRequest, busy: readonly FillTarget[]): Promise<ReadonlyMap<FillTarget, FillOutcome>> {
  const { materials, ports, nowUs } = request
  const computation = await openComputation({
    materials,
    wanted: { views: busy.map(({ view }) => view.name) },
    ports,
    times: { now: nowUs, asOf: nowUs, knownAfter: knownToAll(busy) },
    hasViewReports: false,
    engine: request.engine,
  })
  try {
    const outcomes = new Map<FillTarget, FillOutcome>()
    const waiting = busy.values()
    const fillNext = async (): Promise<void> => {
      for (const target of waiting) outcomes.set(target, await fillOne(computation, request, target))
    }
    await Promise.all(Array.from({ length: fillsAtOnce }, fillNext))
    return outcomes
  } finally {
    await computation.engine.close()
  }
}

async function fillOne({ engine, sources }: Computation, request: MaterialiseRequest, target: FillTarget): Promise<FillOutcome> {
  const { materials, store, pageRows = defaultPageRows } = request
  const { view, gridUs, definition, state, dataFiles } = target
  const relation = `view:${view.name}`
  try {
    const described = await engine.query(`describe from ${viewRelation(view.name)}`)
    const columnTypes = new Map(described.map((column) => [String(column['column_name']), String(column['column_type'])]))
    const fill = planViewFill({ view, definition, entities: materials.entities, relation, columnTypes })
    const read = new Set(definition.inputs.map(({ name }) => name))
    const hasLaterRows = sources.some(({ source, leftOutKnownLater }) => read.has(source) && leftOutKnownLater > 0n)
    const report = await fillView(engine, { store, fill, gridUs, state, dataFiles, hasLaterRows, pageRows })
    return { view, gridUs, type: 'filled', report }
  } catch (error) {
    return { view, gridUs, type: 'failed', error }
  }
}
