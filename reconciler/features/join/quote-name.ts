/** Names and texts as DuckDB reads them, whatever characters they hold. */

/** A name of a relation or column, in double quotes. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text constant, in single quotes. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
