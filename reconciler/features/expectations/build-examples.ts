/** The statement that fetches examples of unexpected rows. Pure: text in, text out. */
import { quoteName } from '../engine/quote.ts'
import type { UnexpectedRows } from './check.ts'
import type { CheckedRelation } from './checked-relation.ts'

/** How many unexpected rows a result shows. */
export const maximumExamples = 20

/** In the order of what identifies the rows, then of their values: the same rows whatever the number of threads. */
export function buildExamples({ identity }: CheckedRelation, { source, condition, columns }: UnexpectedRows): string {
  const shown = [...new Set([...identity, ...columns])].map(quoteName).join(', ')
  return `SELECT ${shown} FROM ${source} WHERE ${condition} ORDER BY ${shown} LIMIT ${maximumExamples}`
}
