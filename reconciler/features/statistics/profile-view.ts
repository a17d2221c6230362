/** Profiles of all features of a view as of a time, histograms included, from the relation that joins read. */
import type { EntityDefinition, ViewDefinition } from '../../core/feature-definition.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import { chooseEdges } from '../../profiles/choose-edges.ts'
import type { Profile } from '../../profiles/profile.ts'
import type { FeatureStatistics } from '../../profiles/view-statistics.ts'
import type { Engine } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'
import { buildJoin } from '../join/build-join.ts'
import { canBeFound, viewRelation } from '../views/build-view-table.ts'
import { buildJoinView, viewKeys } from '../views/join-view.ts'
import { computeStatistics } from './compute-statistics.ts'

export interface ProfileWish {
  /** Microseconds since the epoch. */
  readonly asOf: bigint
  /** By feature: edges of an earlier histogram, so that the two can be compared. What is not here gets edges that fit its values. */
  readonly edges: ReadonlyMap<string, readonly number[]>
}

/**
 * After `buildViewTable`. Features are profiled over the rows that had happened by then, every version of a restated row; windows over
 * the value of each key as of then, as a training set would have it. In the order of the manifest. Throws what the engine throws.
 */
export async function profileView(
  engine: Engine,
  view: ViewDefinition,
  entities: ReadonlyMap<string, EntityDefinition>,
  wish: ProfileWish,
): Promise<readonly FeatureStatistics[]> {
  const { features, aggregations } = view
  const rows = await profileColumns(engine, await createRows(engine, view, entities, wish.asOf), features, wish.edges)
  const keys =
    aggregations.length === 0
      ? []
      : await profileColumns(engine, await createWindows(engine, view, entities, wish.asOf), aggregations, wish.edges)
  return [
    ...rows.map(([name, profile]) => ({ name, of: 'rows' as const, profile })),
    ...keys.map(([name, profile]) => ({ name, of: 'keys' as const, profile })),
  ]
}

type NamedColumn = Pick<ViewDefinition['features'][number], 'name'> & { readonly dtype: FeatureDtype }
type NamedProfile = readonly [string, Profile]

/** A second scan for histograms whose edges follow from the values: none where all edges are given. */
async function profileColumns(
  engine: Engine,
  relation: string,
  columns: readonly NamedColumn[],
  given: ReadonlyMap<string, readonly number[]>,
): Promise<readonly NamedProfile[]> {
  const checked = {
    name: relation,
    columns: new Map(columns.map(({ name, dtype }) => [name, dtype])),
    identity: [],
    sequence: null,
  }
  const compute = async (names: readonly string[], edges: ReadonlyMap<string, readonly number[]>) =>
    (await computeStatistics(engine, checked, { expectations: [], columns: names, edges })).profiles
  const names = columns.map(({ name }) => name)
  const first = await compute(names, given)
  const chosen = new Map<string, readonly number[]>()
  for (const [name, profile] of first) {
    const edges = given.has(name) ? null : chooseEdges(profile)
    if (edges !== null) chosen.set(name, edges)
  }
  const second = chosen.size === 0 ? new Map<string, Profile>() : await compute([...chosen.keys()], chosen)
  return names.flatMap((name): readonly NamedProfile[] => {
    const profile = second.get(name) ?? first.get(name)
    return profile === undefined ? [] : [[name, profile]]
  })
}

async function createRows(
  engine: Engine,
  view: ViewDefinition,
  entities: ReadonlyMap<string, EntityDefinition>,
  asOf: bigint,
): Promise<string> {
  const { name, features } = view
  const relation = `profiled:${name}`
  const list = features.length === 0 ? '1' : features.map((feature) => quoteName(feature.name)).join(', ')
  await engine.query(
    `create view ${quoteName(relation)} as select ${list} from ${viewRelation(name)} where ${happened(view, entities, asOf)}`,
  )
  return relation
}

function happened(view: ViewDefinition, entities: ReadonlyMap<string, EntityDefinition>, asOf: bigint): string {
  const keys = viewKeys(view, entities).map(({ column }) => column)
  return `("__event" is null or "__event" <= make_timestamp(${asOf})) and ${canBeFound(view, keys)}`
}

/** One row for each key that has one. */
async function createWindows(
  engine: Engine,
  view: ViewDefinition,
  entities: ReadonlyMap<string, EntityDefinition>,
  asOf: bigint,
): Promise<string> {
  const [labels, relation] = [`profiled-keys:${view.name}`, `profiled-windows:${view.name}`]
  const keys = viewKeys(view, entities).map(({ key, column }, at) => ({ key, column, label: `k${at}` }))
  const list = keys.map(({ column, label }) => `${quoteName(column)} as ${label}`).join(', ')
  await engine.query(
    `create table ${quoteName(labels)} as select row_number() over () - 1 as "__row", *, make_timestamp(${asOf}) as "__at"
     from (select distinct ${list} from ${viewRelation(view.name)} where ${happened(view, entities, asOf)})`,
  )
  const types = await engine.query(`select column_name as name, column_type as type from (describe ${viewRelation(view.name)})`)
  const role = {
    prefix: 'view',
    relation: await createCountedRows(engine, view, asOf),
    columnTypes: new Map(types.map(({ name, type }) => [String(name), String(type)])),
    join: Object.fromEntries(keys.map(({ key, label }) => [key, label])),
    take: view.aggregations.map(({ name }) => ({ name, as: name })),
  }
  const join = buildJoin({ labels, keep: [], asOfUs: asOf, views: [buildJoinView(view, entities, role)] })
  await engine.query(`create table ${quoteName(relation)} as\n${join}`)
  await engine.query(`drop table ${quoteName(labels)}`)
  return relation
}

/** The rows that a window may hold as of then: the others are many, and sorting them would be most of the work. */
async function createCountedRows(engine: Engine, view: ViewDefinition, asOf: bigint): Promise<string> {
  const { name, eventTime, rowKey, online, aggregations } = view
  // A version of a row, whenever it happened, ends the one before it.
  if (eventTime === null || rowKey.length > 0) return `view:${name}`
  const graceMs = online?.type === 'grid' ? online.refreshMs + Math.max(0, online.lagMs) : 0
  const longestMs = Math.max(...aggregations.map(({ windowMs }) => windowMs)) + graceMs
  const relation = `profiled-counted:${name}`
  await engine.query(
    `create view ${quoteName(relation)} as select * from ${viewRelation(name)} where "__event" > make_timestamp(${asOf - BigInt(longestMs) * 1000n})`,
  )
  return relation
}
