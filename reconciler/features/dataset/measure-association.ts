/**
 * How far one feature alone tells the label, as the areas under ROC curves and rank correlations say it, computed in the engine. A label that
 * a feature nearly gives away was hardly known at the time of the prediction.
 */
import type { FeatureFacts, LabelCount } from '../../core/data-facts.ts'
import type { Task } from '../../core/release.ts'
import type { Engine } from '../engine/engine.ts'
import { quoteName, quoteText } from '../engine/quote.ts'
import type { DatasetColumn } from './plan-dataset.ts'

export interface AssociationRequest {
  readonly column: DatasetColumn
  readonly label: string
  readonly task: Task
  readonly labels: readonly LabelCount[]
  /** Quoted names of relations, in which numbers and flags are doubles without NaN. */
  readonly train: string
  readonly judged: string
}

type Association = Pick<FeatureFacts, 'association' | 'because'>

/** Of more classes it is not measured: each takes a look at all rows. */
const mostClasses = 10

/** Rows of each side that an area under a curve needs to say something. */
const leastRows = 50

/**
 * 0.5 to 1 for classifications: max(AUC, 1 - AUC), over all rows with null as the least value, and over those with a value; of several
 * classes the mean of one against the rest. 0 to 1 for regressions: the absolute rank correlation (Spearman) of rows with a value. Numbers
 * are looked at in the training part. A text stands for the mean label of its rows in the training part (one that is not there for that of all), and is looked at in
 * the other one: so a text of its own in every row tells nothing.
 */
export async function measureAssociation(engine: Engine, request: AssociationRequest): Promise<Association> {
  const { task, labels } = request
  if (task === 'regression') return measureCorrelation(engine, pairsOf(request, `${quoteName(request.label)}::double`))
  const classes = labels.filter(({ train }) => train > 0)
  if (classes.length < 2) return { association: null, because: 'the training part has one class' }
  if (classes.length > mostClasses) return { association: null, because: `there are more than ${mostClasses} classes` }
  const areas: number[] = []
  // Of two classes the one is told as well as the other.
  for (const { value } of task === 'binary-classification' ? classes.slice(0, 1) : classes) {
    const area = await measureArea(
      engine,
      pairsOf(request, `(${quoteName(request.label)}::varchar = ${quoteText(value)})::int::double`),
    )
    if (area !== null) areas.push(area)
  }
  if (areas.length === 0) return { association: null, because: `no class has ${leastRows} rows on both sides` }
  return { association: areas.reduce((sum, area) => sum + area, 0) / areas.length }
}

/** A SELECT of the value as `x` and what it tells as `y`, both doubles. */
function pairsOf({ column: { name, dtype }, train, judged }: AssociationRequest, target: string): string {
  const column = quoteName(name)
  if (dtype !== 'string') return `select ${column} as x, ${target} as y from ${train}`
  return `select coalesce(m.x, (select avg(${target}) from ${train})) as x, r.y from (select ${column} as v, ${target} as y from ${judged}) r
    left join (select ${column} as v, avg(${target}) as x from ${train} group by ${column}) m on r.v is not distinct from m.v`
}

/** By midranks: a positive row is above each negative one of a lesser value, and half above each of the same. */
async function measureArea(engine: Engine, pairs: string): Promise<number | null> {
  const [found] = await engine.query(
    `with g as (select x, sum(y) as p, count(*) - sum(y) as n from (${pairs}) group by x),
      c as (select x, p, n, coalesce(sum(n) over (order by x nulls first rows between unbounded preceding and 1 preceding), 0) as below,
        coalesce(max(case when x is null then n end) over (), 0) as unknown from g)
    select sum(p) as positives, sum(n) as negatives, sum(p * (below + n / 2)) as area,
      coalesce(sum(p) filter (x is not null), 0) as known_positives, coalesce(sum(n) filter (x is not null), 0) as known_negatives,
      sum(p * (below - unknown + n / 2)) filter (x is not null) as known_area
    from c`,
  )
  const areaOf = (area: unknown, positives: unknown, negatives: unknown): readonly number[] => {
    const [p, n] = [Number(positives), Number(negatives)]
    return p < leastRows || n < leastRows ? [] : [Number(area) / (p * n)]
  }
  const areas = [
    ...areaOf(found?.['area'], found?.['positives'], found?.['negatives']),
    ...areaOf(found?.['known_area'], found?.['known_positives'], found?.['known_negatives']),
  ]
  return areas.length === 0 ? null : Math.max(...areas.map((area) => Math.max(area, 1 - area)))
}

async function measureCorrelation(engine: Engine, pairs: string): Promise<Association> {
  const midrank = (column: string): string =>
    `rank() over (order by ${column}) + (count(*) over (partition by ${column}) - 1) / 2`
  const [found] = await engine.query(
    `select count(*) as n, corr(rx, ry) as rho from (select ${midrank('x')} as rx, ${midrank('y')} as ry from (${pairs}) where x is not null and y is not null)`,
  )
  const rho = found?.['rho'] ?? null
  if (Number(found?.['n']) < leastRows) return { association: null, because: `fewer than ${leastRows} rows have a value` }
  if (rho === null || Number.isNaN(rho)) return { association: null, because: 'all values are the same' }
  return { association: Math.abs(Number(rho)) }
}
