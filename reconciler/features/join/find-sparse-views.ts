/** Decides which views of a join are sparse: where few labels and rows meet, putting each beside each is far faster than sorting them. */
import type { Engine } from '../engine/engine.ts'
import { buildLabelTimes, keyNames } from './build-label-times.ts'
import { blockOf, buildLookups } from './build-near-pairs.ts'
import { nearAge } from './build-row-matches.ts'
import { buildRowVersions } from './build-row-versions.ts'
import type { JoinRequest, JoinView } from './join-request.ts'

/** Labels that one key may have without anything being counted: no row meets more of them. */
const fewLabels = 32
/** Pairs for each row and label of the keys that have more. */
const fewPairs = 8n

/** The same request, with `isSparse` of each view as its rows and labels are. They exist in `engine`. Throws as the engine does. */
export async function findSparseViews(engine: Engine, request: JoinRequest): Promise<JoinRequest> {
  const views: JoinView[] = []
  for (const view of request.views) views.push({ ...view, isSparse: await isSparse(engine, request, view) })
  return { ...request, views }
}

/** How far a view looks back; null: nowhere, or without an end. */
function widthOf(view: JoinView): bigint | null {
  const windows = view.take.flatMap((taken) => (taken.type === 'window' ? [taken.window.windowUs] : []))
  const isFound = windows.length < view.take.length || view.take.length === 0
  const ages = isFound ? [nearAge(view)] : []
  return [...windows, ...ages].reduce<bigint | null>(
    (most, each) => (each !== null && (most === null || each > most) ? each : most),
    null,
  )
}

async function isSparse(engine: Engine, request: JoinRequest, view: JoinView): Promise<boolean> {
  const width = widthOf(view)
  if (width === null || view.isStatic) return false
  const by = keyNames(view).join(', ')
  const times = `times AS (${buildLabelTimes(request.labels, view)}), many AS (SELECT ${by} FROM times GROUP BY ${by} HAVING count(*) > ${fewLabels})`
  const [crowded] = await engine.query(`WITH ${times} SELECT count(*) AS n FROM many`)
  if (crowded?.['n'] === 0n) return true
  const versions = `versions AS (${buildRowVersions(view, request.asOfUs)})`
  const count = (relation: string, block: string): string =>
    `(SELECT ${by}, ${block} AS block, count(*)::HUGEINT AS n FROM ${relation} SEMI JOIN many USING (${by}) GROUP BY ALL)`
  const looked = count(`(${buildLookups({ times: 'times', width: width + 1n })})`, 'block')
  const near = count('versions', blockOf('event', width + 1n))
  const [counts] = await engine.query(
    `WITH ${times}, ${versions}, looked AS ${looked}, near AS ${near} SELECT ` +
      `(SELECT sum(looked.n * near.n) FROM looked JOIN near USING (${by}, block)) AS pairs, ` +
      `(SELECT sum(n) FROM near) AS rows, (SELECT sum(n) FROM looked) AS labels`,
  )
  const { pairs, rows, labels } = counts as Readonly<Record<string, bigint | null>>
  return (pairs ?? 0n) <= fewPairs * ((rows ?? 0n) + (labels ?? 0n))
}
