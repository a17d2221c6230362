/** Says of each row that a test expects, and for which no row of the view counts, why that is. */
import { formatInstant } from '../../core/instant.ts'
import { describeDuration } from '../../manifests/duration.ts'
import type { Engine, EngineRow } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'
import { joinPrefix } from './compare-rows.ts'
import { labelRelation } from './join-tests.ts'
import { testedRelation, type TestedView } from './tested-view.ts'

/** `answers`: rows of the join for which none was found. */
export async function explainMissing(
  engine: Engine,
  tested: TestedView,
  answers: readonly EngineRow[],
): Promise<ReadonlyMap<EngineRow, string>> {
  if (answers.length === 0) return new Map()
  const { view, join } = tested
  const equal = join.keys.map(({ column, label }) => `rows.${quoteName(column)} = labels.${quoteName(label)}`)
  const found = await engine.query(
    `select labels."__row", count(rows."__test") as n, min(greatest(rows."__event", coalesce(rows."__created", rows."__event"))) as known
     from ${quoteName(labelRelation)} as labels left join ${quoteName(testedRelation(view.name))} as rows on ${equal.join(' and ')}
     where labels."__row" in (${answers.map(({ __row }) => String(__row)).join(', ')}) group by labels."__row"`,
  )
  const rows = new Map(found.map((row) => [row['__row'], row]))
  return new Map(answers.map((answer) => [answer, explain(tested, answer, rows.get(answer['__row'] ?? null))]))
}

function explain(tested: TestedView, answer: EngineRow, rows: EngineRow | undefined): string {
  const { n = 0n, known = null } = rows ?? {}
  if (n === 0n) return 'the view has no row of this key'
  const asOf = answer[`__as_of:${joinPrefix}`] ?? null
  if (typeof known === 'bigint' && typeof asOf === 'bigint' && known > asOf) {
    return `the first row of this key is known from ${formatInstant(known)} on`
  }
  return outdated(tested)
}

function outdated({ view, join }: TestedView): string {
  if (join.take.every(({ type }) => type === 'window')) return 'no row of this key is in a window'
  const replaced = 'replaced by rows of their row key'
  if (view.ttlMs === null) return `the rows of this key were ${replaced}`
  const old = `the rows of this key that are known are older than ${describeDuration(view.ttlMs)}`
  return view.rowKey.length === 0 ? old : `${old}, or were ${replaced}`
}
