/** Aligned tables as text. Knows nothing of what they show. */

export interface TableColumn {
  readonly title: string
  /** Numbers stand to the right. */
  readonly align?: 'left' | 'right'
}

/** Lines of equal columns, two blanks apart, without blanks at the end; a title line first. Ends with a line break. */
export function renderTable(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string {
  const lines = [columns.map(({ title }) => title), ...rows]
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => widthOf(line[index] ?? ''))))
  const rendered = lines.map((line) =>
    columns
      .map(({ align = 'left' }, index) => pad(line[index] ?? '', widths[index] ?? 0, align))
      .join('  ')
      .trimEnd(),
  )
  return `${rendered.join('\n')}\n`
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const blanks = ' '.repeat(width - widthOf(text))
  return align === 'left' ? text + blanks : blanks + text
}

/** Columns on a terminal: code points, without escape sequences for colours. */
function widthOf(text: string): number {
  const escape = String.fromCharCode(27)
  const plain = text.split(escape).map((part, index) => (index === 0 ? part : part.replace(/^\[[0-9;]*m/, '')))
  return [...plain.join('')].length
}
