/** Checks that count rows: which are looked at, which of them have something to ask, which of those meet the expectation. */
import { quoteName } from '../engine/quote.ts'
import { allOf, countValues, countWhere, rowCondition, type Asked } from './asked.ts'
import { readCount, type Check, type Judgement, type UnexpectedRows } from './check.ts'

export interface CountedRows {
  /** True where there is something to ask: a condition, or that a column is not null. */
  readonly considered: string | NotNull
  readonly met: Met
  /** Columns whose values are shown of unexpected rows. */
  readonly columns: readonly string[]
}

/** A condition on a row is not true of a null, so that counting those that meet it needs no test of its own. */
interface NotNull {
  /** The column as SQL names it. */
  readonly notNull: string
}

/** A condition on one row; or that no other row has the same values; or a condition that also knows the value before, as `__before`. */
type Met = string | { readonly uniqueBy: readonly string[] } | { readonly comparedWithBefore: string; readonly condition: string }

export function countedCheck(asked: Asked, { considered, met, columns }: CountedRows): Check {
  const condition = rowCondition(asked)
  const isColumn = typeof considered !== 'string'
  const inDomain = allOf(condition, isColumn ? `${considered.notNull} IS NOT NULL` : considered)
  const { unexpectedCount, unexpected } = find(asked, { inDomain, counted: isColumn ? allOf(condition) : inDomain, met, columns })
  const consideredCount = isColumn ? countValues(considered.notNull, condition) : countWhere(inDomain)
  return {
    expressions: [countWhere(allOf(condition)), consideredCount, unexpectedCount],
    judge: ([elements, considered, found]) => {
      const [elementCount, consideredCount] = [readCount(elements), readCount(considered)]
      // A condition on one row counts those that meet it: what is neither true nor false is unexpected.
      const unexpectedCount = typeof met === 'string' ? consideredCount - readCount(found) : readCount(found)
      return judgeCounts({ elementCount, consideredCount, unexpectedCount }, asked.expectation.mostly)
    },
    unexpected,
  }
}

interface Counts {
  readonly elementCount: number
  readonly consideredCount: number
  readonly unexpectedCount: number
}

/** Great Expectations' rule: the share of expected among those asked is at least `mostly`. With nothing asked it passes there, not here. */
function judgeCounts({ elementCount, consideredCount, unexpectedCount }: Counts, mostly: number): Judgement {
  const counts = { elementCount, missingCount: elementCount - consideredCount, unexpectedCount, observed: null }
  if (elementCount === 0) return { ...counts, verdict: 'not-evaluated', reason: 'there was no row to look at' }
  if (consideredCount === 0) return { ...counts, verdict: 'not-evaluated', reason: 'no row had a value to look at' }
  const share = (consideredCount - unexpectedCount) / consideredCount
  if (share >= mostly) return { ...counts, verdict: 'passed', reason: null }
  const wanted = mostly === 1 ? 'none' : `at least ${mostly} of them to meet it`
  const reason = `expected ${wanted}${mostly === 1 ? ' unexpected' : ''}, found ${unexpectedCount} of ${consideredCount} unexpected`
  return { ...counts, verdict: 'failed', reason }
}

interface Domain {
  readonly inDomain: string
  /** What must hold beside a condition on one row, so that the row counts. */
  readonly counted: string
  readonly met: Met
  readonly columns: readonly string[]
}

interface Found {
  readonly unexpectedCount: string
  readonly unexpected: UnexpectedRows
}

function find({ relation }: Asked, { inDomain, counted, met, columns }: Domain): Found {
  const name = quoteName(relation.name)
  if (typeof met === 'string') {
    const condition = `${inDomain} AND (${met}) IS NOT TRUE`
    return { unexpectedCount: countWhere(allOf(counted, `(${met})`)), unexpected: { source: name, condition, columns } }
  }
  const shown = [...new Set([...relation.identity, ...columns])].map(quoteName).join(', ')
  if ('uniqueBy' in met) {
    const by = met.uniqueBy.join(', ')
    const groups = `SELECT count(*) AS n FROM ${name} WHERE ${inDomain} GROUP BY ${by} HAVING count(*) > 1`
    const source = `(SELECT ${shown}, count(*) OVER (PARTITION BY ${by}) AS "__same" FROM ${name} WHERE ${inDomain})`
    return {
      unexpectedCount: `(SELECT coalesce(sum(n), 0)::BIGINT FROM (${groups}))`,
      unexpected: { source, condition: '"__same" > 1', columns },
    }
  }
  if (relation.sequence === null) throw new Error(`the rows of ${relation.name} have no order`)
  const before = `lag(${met.comparedWithBefore}) OVER (ORDER BY ${quoteName(relation.sequence)}) AS "__before"`
  const source = `(SELECT ${shown}, ${before} FROM ${name} WHERE ${inDomain})`
  const condition = `NOT ${met.condition}`
  return { unexpectedCount: `(SELECT count(*) FROM ${source} WHERE ${condition})`, unexpected: { source, condition, columns } }
}
