/** Features of views for the rows of a file, by the definitions that the version embeds. */
import { MainwardError } from '../../core/error.ts'
import type { Release } from '../../core/release.ts'
import { materialsOf } from '../../features/compute/closure-materials.ts'
import { openComputation } from '../../features/compute/open-computation.ts'
import type { Engine } from '../../features/engine/engine.ts'
import { type KeyedRow, openRowFeatures, type RowFeatures } from '../../features/row-file/join-row-features.ts'
import { placeError } from '../../inference/rows/cell.ts'
import { readSent } from '../../inference/rows/read-sent.ts'
import type { Row } from '../../inference/rows/row-assembler.ts'
import { digestFeatures } from '../../manifests/features/feature-digests.ts'
import { readKey } from '../../serving/features/entity-key.ts'
import type { ScorePlan } from './plan-score.ts'
import type { Rejections } from './rejections.ts'
import type { ScoreRequest } from './score-request.ts'

export interface JoinedFeatures {
  readonly engine: Engine
  readonly features: RowFeatures
}

/** Files that the engine may reach besides those of the sources. Whoever opened it closes the engine. */
export interface ReachablePlaces {
  readonly files: readonly string[]
  readonly folders: readonly string[]
}

/** Throws what `openComputation` throws, and `unsupported` where pushed rows of another definition would be needed. */
export async function openJoinedFeatures(
  { release, features: { ports, engine, resources }, progress, asOf }: ScoreRequest,
  { joined: roles, keys }: ScorePlan,
  places: ReachablePlaces,
): Promise<JoinedFeatures> {
  if (release.definitions === undefined) throw new Error('a release with views has their definitions')
  assertSamePushed(release, roles, digestFeatures(resources).views)
  const materials = materialsOf(release.definitions)
  const computation = await openComputation({
    materials,
    wanted: { views: [...new Set(roles.map(({ view }) => view.name))], sources: [] },
    ports,
    times: { now: asOf, asOf },
    engine: { ...engine, ...progress.engine, ...places },
    onStep: ({ kind, name }) => progress.step(`${kind}/${name}`),
    hasViewReports: false,
  })
  const request = { roles, materials, keys, asOf }
  return { engine: computation.engine, features: await openRowFeatures(computation.engine, request) }
}

/** Pushed rows are found by the digest that the manifests give a view now. */
function assertSamePushed({ model, version }: Release, roles: ScorePlan['joined'], digests: ReadonlyMap<string, string>): void {
  const other = roles.find(({ view }) => view.isPushed && digests.get(view.name) !== view.digest)
  if (other === undefined) return
  throw new MainwardError(
    'unsupported',
    `version ${version} of ${model} embeds another definition of the view ${other.view.name} than the manifests have: its pushed rows are not found`,
    { hint: 'give its features as columns, or --ref a commit whose manifests have that definition' },
  )
}

/** A row that is not asked for: it has its number, and nothing is found for it. */
export function noKeys({ keys }: ScorePlan): KeyedRow {
  return { atUs: null, keys: keys.map(() => null) }
}

export interface AskingRow {
  /** In the file, from 0. */
  readonly index: number
  readonly row: Row
  readonly place: string
  /** JSON text of the row. */
  readonly input: string
}

/** Rejects a row whose time or key is none. */
export function keyOrReject(rejections: Rejections, plan: ScorePlan, { index, row, place, input }: AskingRow): KeyedRow {
  try {
    return readKeyedRow(row, plan, place)
  } catch (thrown) {
    if (!(thrown instanceof MainwardError) || thrown.code !== 'invalid-input') throw thrown
    rejections.reject({ row: index, error: thrown, input })
    return noKeys(plan)
  }
}

/** Throws `invalid-input` with the place for a time or a key that is none. */
function readKeyedRow(row: Row, { at, keys }: ScorePlan, place: string): KeyedRow {
  return {
    atUs: read(`${place}: ${String(at)}`, () => {
      const time = readSent('timestamp', row[at ?? ''])
      if (typeof time === 'bigint') return time
      throw new MainwardError('invalid-input', 'expected the time that features are joined as of, found none')
    }),
    keys: keys.map(({ name, dtype }) => read(`${place}: ${name}`, () => readKey(dtype, row[name]))),
  }
}

function read<T>(place: string, work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    throw placeError(thrown, place)
  }
}

/** Rows with what was joined for them. A NaN is a value that is not known, as when a view is served. */
export function mergeJoined(rows: readonly Row[], joined: readonly Row[]): readonly Row[] {
  return rows.map((row, index) => {
    const own = Object.entries(joined[index] ?? {}).map(([name, value]) => [name, Number.isNaN(value) ? null : value])
    return { ...row, ...(Object.fromEntries(own) as Row) }
  })
}
