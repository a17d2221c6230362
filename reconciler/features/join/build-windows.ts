/** Windowed features of a view: one sweep for each length of window, and beside it what a sweep alone can not tell. */
import { buildDistinctCount, type ColumnSweep } from './build-distinct-count.ts'
import { keyNames } from './build-label-times.ts'
import { buildQuantile } from './build-quantile.ts'
import type { NamedQuery } from './build-row-matches.ts'
import { buildPairSweep, buildSweep } from './build-sweep.ts'
import { withSpread, withSquareLimbs } from './exact-square-sum.ts'
import type { JoinView } from './join-request.ts'
import { quoteName } from '../engine/quote.ts'
import { countExpression, extremeExpression, floatSum, meanExpression, sumExpression } from './window-expression.ts'
import { windowFeatures, type WindowFeature } from './window-inputs.ts'
import { MeasureList } from './window-measures.ts'

/** Relations that exist: times of the labels, and row versions with the columns of `windowInputs`. */
export interface WindowNames {
  readonly times: string
  readonly versions: string
  readonly parts: string
}

/** One length of window. What features need is collected here while they are gone through. */
interface WindowSet {
  readonly parts: string
  readonly windowUs: bigint
  readonly keys: readonly string[]
  readonly names: WindowNames
  readonly measures: MeasureList
  readonly payload: Set<string>
  /** Columns whose squares are summed. */
  readonly squared: Set<string>
  /** Parts that follow the sweep. */
  readonly after: NamedQuery[]
}

interface SetForm {
  /** Whether rows have `first_place` and `last_place`. */
  readonly isPlaced: boolean
  readonly isSparse: boolean
}

/** The value of a feature: an expression over `from`, a relation with `l`. */
interface WindowValue {
  readonly from: string
  readonly expression: string
}

function columnSweep(set: WindowSet, feature: WindowFeature, suffix: string): ColumnSweep {
  return {
    parts: `${set.parts}_${feature.column.name}_${suffix}`,
    intervals: `${set.parts}_intervals`,
    times: set.names.times,
    keys: set.keys,
    column: feature.column.name,
    width: set.windowUs,
  }
}

function addOnce(set: WindowSet, queries: readonly NamedQuery[]): void {
  for (const query of queries) if (!set.after.some(({ name }) => name === query.name)) set.after.push(query)
}

/** The first or last row is found by its place among the rows of its key, and its value read afterwards. */
function edgeValue(set: WindowSet, { column }: WindowFeature, which: 'first' | 'last'): WindowValue {
  const place = `${which}_place`
  set.payload.add(place)
  const measure = set.measures.add(`CASE WHEN ${column.name} IS NOT NULL THEN ${place} END`, which === 'first' ? 'min' : 'max')
  const name = `${set.parts}_${column.name}_${which}`
  const equal = set.keys.map((key) => `times.${key} = placed.${key}`).join(' AND ')
  addOnce(set, [
    {
      name,
      sql:
        `SELECT swept.l, placed.${column.name} AS value FROM ${set.parts}_swept AS swept JOIN ${set.names.times} AS times ON times.l = swept.l ` +
        `JOIN ${set.names.parts}_placed AS placed ON ${equal} AND placed.${place} = swept.${measure}`,
    },
  ])
  return { from: name, expression: `${name}.value` }
}

/** Null under two values, NaN where one is not finite, 0 where all are equal: exactly, whatever their size. */
function spreadValue(set: WindowSet, { column }: WindowFeature): WindowValue {
  const { counts, sum } = floatSum(column, set.measures)
  const least = set.measures.add(column.name, 'min')
  const most = set.measures.add(column.name, 'max')
  const limbs = [0, 1, 2, 3].map((index) => {
    set.payload.add(`q${column.name}_${index}`)
    return set.measures.add(`q${column.name}_${index}`, 'sum')
  })
  set.squared.add(column.name)
  const [a = '', b = '', c = '', d = ''] = limbs
  const name = `${set.parts}_${column.name}_spread`
  const several = `(SELECT *, ${counts.rows} AS held FROM ${set.parts}_swept WHERE ${counts.rows} > 1)`
  const spread = withSpread(several, { sum: [sum.high, sum.low], squares: [a, b, c, d], rows: 'held' })
  const broken = `${counts.nan} > 0 OR ${counts.positive} > 0 OR ${counts.negative} > 0`
  const value = `CASE WHEN ${broken} THEN 'nan'::DOUBLE WHEN ${least} = ${most} THEN 0 ELSE spread END`
  addOnce(set, [{ name, sql: `SELECT l, ${value} AS value FROM (${spread})` }])
  return { from: name, expression: `${name}.value` }
}

function quantileValue(set: WindowSet, feature: WindowFeature, quantile: number): WindowValue {
  const rows = countExpression(feature.column, set.measures)
  const most = set.measures.add(feature.column.name, 'max')
  // Each quantile of a column has a descent of its own; a digit of the name tells them apart.
  const sweep = columnSweep(set, feature, `q${set.after.length}`)
  const queries = buildQuantile({ ...sweep, counted: `${set.parts}_swept`, rows, quantile })
  addOnce(set, queries)
  const name = `${sweep.parts}_quantile`
  const swept = `${set.parts}_swept`
  return { from: name, expression: `CASE WHEN isnan(${swept}.${most}::DOUBLE) THEN 'nan'::DOUBLE ELSE ${name}.value END` }
}

function distinctValue(set: WindowSet, feature: WindowFeature): WindowValue {
  const sweep = columnSweep(set, feature, 'distinct')
  addOnce(set, buildDistinctCount(sweep))
  return { from: `${sweep.parts}_swept`, expression: `coalesce(${sweep.parts}_swept.m0, 0)` }
}

function windowValue(set: WindowSet, feature: WindowFeature): WindowValue {
  const { column, window } = feature
  const swept = (expression: string): WindowValue => ({ from: `${set.parts}_swept`, expression })
  switch (window.function) {
    case 'count':
      return swept(countExpression(column, set.measures))
    case 'sum':
      return swept(sumExpression(column, set.measures))
    case 'mean':
      return swept(meanExpression(column, set.measures))
    case 'min':
    case 'max':
      return swept(extremeExpression(column, set.measures, window.function))
    case 'stddev':
      return spreadValue(set, feature)
    case 'first':
    case 'last':
      return edgeValue(set, feature, window.function)
    case 'count_distinct':
      return distinctValue(set, feature)
    case 'quantile':
      if (window.quantile === null) throw new Error(`${feature.as}: a quantile needs its number`)
      return quantileValue(set, feature, window.quantile)
  }
}

/** How the rows of a view stand in time for one length of window: [known, event + window), or until the next version was created. */
function buildIntervals(set: WindowSet, inputs: readonly string[], isPlaced: boolean): NamedQuery {
  const end = `event + ${set.windowUs}`
  const places = isPlaced ? ['first_place', 'last_place'] : []
  const columns = [...set.keys, 'known AS a', `least(${end}, coalesce("until", ${end})) AS b`, ...inputs, ...places]
  const rows = `(SELECT ${columns.join(', ')} FROM ${isPlaced ? `${set.names.parts}_placed` : set.names.versions})`
  const sql = [...set.squared].reduce((from, column) => `(${withSquareLimbs(from, `${column}::DOUBLE`, `q${column}_`)})`, rows)
  return { name: `${set.parts}_intervals`, sql: `SELECT * FROM ${sql}` }
}

function buildPlaced({ parts, versions }: WindowNames, keys: readonly string[]): NamedQuery {
  const place = (order: string): string => `row_number() OVER (PARTITION BY ${keys.join(', ')} ORDER BY ${order})`
  const first = `${place('event, created DESC, "row"')} AS first_place`
  return {
    name: `${parts}_placed`,
    sql: `SELECT *, ${first}, ${place('event, created, "row" DESC')} AS last_place FROM ${versions}`,
  }
}

function buildSet(set: WindowSet, features: readonly WindowFeature[], { isPlaced, isSparse }: SetForm) {
  const values = features.map((feature) => ({ feature, ...windowValue(set, feature) }))
  const inputs = [...new Set(features.map(({ column }) => column.name))]
  const swept = features.filter(({ window }) => window.function !== 'count_distinct').map(({ column }) => column.name)
  const sweep = {
    parts: set.parts,
    intervals: `${set.parts}_intervals`,
    times: set.names.times,
    keys: set.keys,
    payload: [...new Set([...swept, ...set.payload])],
    width: set.windowUs,
    measures: set.measures.all,
  }
  const parts = isSparse ? buildPairSweep(sweep, set.windowUs) : buildSweep(sweep)
  const queries = [buildIntervals(set, inputs, isPlaced), ...(sweep.measures.length > 0 ? parts : []), ...set.after]
  return { values, queries }
}

/** Expression over the relation of windows: true where at least one row counts in the longest of them. */
export const anyRow = 'any_row'

/** Parts of a WITH clause (RECURSIVE); the last, `PARTS_windows`, has `l`, the features by name and `any_row`, for labels with all keys. */
export function buildWindows(view: JoinView, names: WindowNames): readonly NamedQuery[] {
  const features = windowFeatures(view)
  const keys = keyNames(view)
  const isPlaced = features.some(({ window }) => ['first', 'last'].includes(window.function))
  const lengths = [...new Set(features.map(({ window }) => window.windowUs))].sort((a, b) => (a < b ? 1 : -1))
  const sets = lengths.map((windowUs, index): WindowSet => {
    const parts = `${names.parts}_w${index}`
    const measures = new MeasureList(`w${index}_`)
    return { parts, windowUs, keys, names, measures, payload: new Set(), squared: new Set(), after: [] }
  })
  const rows = sets[0]?.measures.add('1::BIGINT', 'sum')
  const form = { isPlaced, isSparse: view.isSparse }
  const built = sets.map((set) => buildSet(set, features.filter(({ window }) => window.windowUs === set.windowUs), form)) // prettier-ignore
  const values = built.flatMap((set) => set.values)
  const columns = values.map(({ feature, expression }) => {
    return `(${expression})::${feature.window.resultType} AS ${quoteName(feature.as)}`
  })
  const swept = sets.filter(({ measures }) => measures.all.length > 0).map(({ parts }) => `${parts}_swept`)
  const from = [...new Set([...swept, ...values.map((value) => value.from)])]
  // Labels that are not there have no value and no rows, and whoever joins this says so.
  const [only, ...others] = view.isSparse ? from : []
  const isAlone = only !== undefined && others.length === 0
  const joins = isAlone ? [only] : [`${names.times} AS times`, ...from.map((name) => `LEFT JOIN ${name} ON ${name}.l = times.l`)]
  return [
    ...(isPlaced ? [buildPlaced(names, keys)] : []),
    ...built.flatMap(({ queries }) => queries),
    {
      name: `${names.parts}_windows`,
      sql: `SELECT ${isAlone ? only : 'times'}.l, ${[...columns, `${rows} > 0 AS ${anyRow}`].join(', ')} FROM ${joins.join(' ')}`,
    },
  ]
}
