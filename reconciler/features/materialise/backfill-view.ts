/**
 * Brings the rows of a pushed view's own source into the online store, beside what was pushed: of each key the newest row that is known. So
 * a key of which nothing was pushed yet has online what training has.
 */
import type { OnlineView } from '../../core/online-view.ts'
import { openComputation, type Computation, type ComputationPorts } from '../compute/open-computation.ts'
import { type ViewMaterials, planComputation } from '../compute/plan-computation.ts'
import type { Engine } from '../engine/engine.ts'
import type { EngineOptions } from '../engine/open-engine.ts'
import { buildJoin } from '../join/build-join.ts'
import { viewRelation } from '../views/build-view-table.ts'
import { buildAllKeys } from './build-changed-keys.ts'
import { buildPage } from './build-page.ts'
import { nameDataFiles } from './name-data-files.ts'
import { fillJoinView, fillRelations, planViewFill, type ViewFill } from './view-fill.ts'

export interface BackfillRequest {
  /** Of the view, by name. */
  readonly materials: ViewMaterials
  readonly view: OnlineView
  readonly ports: ComputationPorts
  /** The data clock, in microseconds since the epoch: what could be read only later is not there. */
  readonly nowUs: bigint
  readonly engine: EngineOptions
  /** What `dataFiles` of the last backfill was; null: there was none, or it may not be relied on. */
  readonly knownFiles: string | null
  /** Rows in the form of `FilledPage.lines`, known as of `nowUs`: one transaction. Returns how many changed something. */
  readonly write: (lines: string) => Promise<number>
  /** Rows that are written in one transaction. Default 10,000. */
  readonly pageRows?: number
}

export interface BackfillReport {
  /** How many keys have another row now. */
  readonly written: number
  /** Names the files that the rows are from; null: unknown. */
  readonly dataFiles: string | null
  /** True: time alone may bring more, as rows are known only later, or a query has others. */
  readonly isOpen: boolean
}

const defaultPageRows = 10_000
const nothing: BackfillReport = { written: 0, dataFiles: null, isOpen: false }

/** Throws what the computation and the store throw; what was written until then stays, and is right. */
export async function backfillView(request: BackfillRequest): Promise<BackfillReport> {
  const { materials, view, ports, knownFiles } = request
  const definition = materials.views.get(view.name)
  if (definition === undefined) throw new Error(`the materials have the view ${view.name}`)
  // Without an event time no row is newer than another: pushes alone are served.
  if (definition.eventTime === null) return nothing
  const { sources } = planComputation(materials, { views: [view.name] })
  for (const { place } of sources) {
    // What is only ever pushed has a source without a file.
    if (place.type === 'files' && (await ports.files.list(place.pattern)).length === 0) return nothing
  }
  const dataFiles = await nameDataFiles(definition, materials.sources, ports.files)
  if (dataFiles !== null && dataFiles === knownFiles) return { written: 0, dataFiles, isOpen: false }
  const computation = await openComputation({
    materials,
    wanted: { views: [view.name] },
    ports,
    times: { now: request.nowUs, asOf: request.nowUs },
    hasViewReports: false,
    engine: request.engine,
  })
  try {
    const written = await writeNewest(computation, request, definition)
    const isQuery = sources.some(({ place }) => place.type !== 'files')
    return { written, dataFiles, isOpen: isQuery || computation.sources.some(({ leftOutKnownLater }) => leftOutKnownLater > 0n) }
  } finally {
    await computation.engine.close()
  }
}

async function writeNewest(
  { engine }: Computation,
  { materials, view, nowUs, write, pageRows = defaultPageRows }: BackfillRequest,
  definition: ViewFill['definition'],
): Promise<number> {
  const described = await engine.query(`describe from ${viewRelation(view.name)}`)
  const columnTypes = new Map(described.map((column) => [String(column['column_name']), String(column['column_type'])]))
  const fill = planViewFill({ view, definition, entities: materials.entities, relation: `view:${view.name}`, columnTypes })
  const keys = await makeValues(engine, fill, nowUs)
  let written = 0
  for (let from = 0; from < keys; from += pageRows) {
    const [page] = await engine.query(buildPage(fill, from, pageRows))
    written += await write(String(page?.['lines']))
  }
  return written
}

/** The table of values, a row for each key; returns how many there are. */
async function makeValues(engine: Engine, fill: ViewFill, nowUs: bigint): Promise<number> {
  const { labels, values } = fillRelations(fill)
  const names = fill.keyColumns.map((_, index) => `k${index}`)
  await engine.query(
    `create table ${labels.quoted} as
     select row_number() over (order by ${names.join(', ')}) - 1 as "__row", make_timestamp(${nowUs}) as "__at", ${names.join(', ')}
     from (${buildAllKeys(fill, nowUs)})`,
  )
  const joined = buildJoin({ labels: labels.name, keep: names, asOfUs: nowUs, views: [fillJoinView(fill, fill.relation)] })
  await engine.query(`create table ${values.quoted} as ${joined}`)
  const [counted] = await engine.query(`select count(*) as n from ${values.quoted}`)
  return Number(counted?.['n'])
}
