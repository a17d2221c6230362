/** Puts what a person wrote in the place of the relations that DuckDB's messages name, and corrects the columns that they count. Pure. */
import { quoteName } from '../engine/quote.ts'
import type { FilledSql } from './fill-placeholders.ts'

type Filled = Pick<FilledSql, 'sql' | 'places'>

/** `problem` is about the SQL that was filled in. */
export function restorePlaceholders(problem: string, { sql, places }: Filled): string {
  const written = new Map(places.map((place) => [place.relation, place.written]))
  const lines = problem
    .replaceAll(/\(line (\d+), column (\d+)\)/g, (_, line: string, column: string) => {
      return `(line ${line}, column ${restoreColumn(Number(line), Number(column), { sql, places })})`
    })
    .split('\n')
  return lines.map((line, index) => restoreLine(line, lines[index - 1] ?? '', written)).join('\n')
}

function restoreColumn(line: number, column: number, { sql, places }: Filled): number {
  const start = sql.split('\n').slice(0, line - 1).join('\n').length + (line === 1 ? 0 : 1) // prettier-ignore
  const before = places.filter(({ at }) => at >= start && at < start + column - 1)
  return before.reduce((sum, { relation, written }) => sum - quoteName(relation).length + written.length, column)
}

/** The mark below a line of SQL stays below the same word. */
function restoreLine(line: string, above: string, written: ReadonlyMap<string, string>): string {
  const mark = /^( *)\^$/.exec(line)
  if (mark === null) return restoreNames(line, written)
  return `${' '.repeat(restoreNames(above.slice(0, mark[1]?.length), written).length)}^`
}

function restoreNames(text: string, written: ReadonlyMap<string, string>): string {
  let restored = text
  for (const [relation, placeholder] of written) {
    const bare = new RegExp(`(?<![\\w:-])${relation.replaceAll(/[^\w:]/g, '\\$&')}(?![\\w:-])`, 'g')
    restored = restored.replaceAll(quoteName(relation), placeholder).replaceAll(bare, placeholder)
  }
  return restored
}
