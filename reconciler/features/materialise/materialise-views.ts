/** Brings grid views in the online store to their times: one engine for all that can be computed together, and a failure of one is its own. */
import type { OnlineView } from '../../core/online-view.ts'
import { openComputation, type Computation, type ComputationPorts } from '../compute/open-computation.ts'
import type { ViewMaterials } from '../compute/plan-computation.ts'
import type { Engine } from '../engine/engine.ts'
import type { EngineOptions } from '../engine/open-engine.ts'
import { viewRelation } from '../views/build-view-table.ts'
import { fillView, type FillReport } from './fill-view.ts'
import type { OnlineRows } from './online-rows.ts'
import { nameDataFiles } from './name-data-files.ts'
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
  /** Gets what the views were filled from, while it is there. It must not throw: they are filled. */
  readonly onFilled?: (computation: Computation, filled: readonly OnlineView[]) => Promise<void>
  /** Rows that are written in one transaction. Default 10,000. */
  readonly pageRows?: number
}

const defaultPageRows = 10_000

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
  const { materials, due, ports, nowUs, onFilled } = request
  const computation = await openComputation({
    materials,
    wanted: { views: due.map(({ view }) => view.name) },
    ports,
    times: { now: nowUs, asOf: nowUs },
    hasViewReports: false,
    engine: request.engine,
  })
  try {
    const outcomes: FillOutcome[] = []
    for (const each of due) outcomes.push(await fillOne(computation.engine, request, each))
    const filled = outcomes.flatMap(({ type, view }) => (type === 'filled' ? [view] : []))
    if (filled.length > 0) await onFilled?.(computation, filled)
    return outcomes
  } finally {
    await computation.engine.close()
  }
}

async function fillOne(engine: Engine, request: MaterialiseRequest, due: DueView): Promise<FillOutcome> {
  const { materials, ports, store, pageRows = defaultPageRows } = request
  const { name } = due.view
  const definition = materials.views.get(name)
  if (definition === undefined) throw new Error(`the materials have the view ${name}`)
  const relation = `view:${name}`
  try {
    const described = await engine.query(`describe from ${viewRelation(name)}`)
    const columnTypes = new Map(described.map((column) => [String(column['column_name']), String(column['column_type'])]))
    const fill = planViewFill({ view: due.view, definition, entities: materials.entities, relation, columnTypes })
    const dataFiles = await nameDataFiles(definition, materials.sources, ports.files)
    return { ...due, type: 'filled', report: await fillView(engine, { store, fill, gridUs: due.gridUs, dataFiles, pageRows }) }
  } catch (error) {
    return { ...due, type: 'failed', error }
  }
}
