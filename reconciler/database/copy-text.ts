/** Rows as the text format of COPY (PostgreSQL, COPY, "Text Format"). Knows no table. */

export type CopyValue = string | number | null

/** One row with its line feed. Text must have no NUL. */
export function copyRow(values: readonly CopyValue[]): string {
  return `${values.map(copyValue).join('\t')}\n`
}

function copyValue(value: CopyValue): string {
  if (value === null) return '\\N'
  return typeof value === 'number' ? String(value) : value.replace(/[\\\n\r\t]/g, escape)
}

function escape(character: string): string {
  if (character === '\n') return '\\n'
  if (character === '\r') return '\\r'
  return character === '\t' ? '\\t' : '\\\\'
}
