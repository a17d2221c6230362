/** Changes one number of a manifest's text in place: comments, order and layout stay. Pure. */
import type { Position } from './parsed-file.ts'

/** The text with another number at `position`. Throws an Error when no whole number stands there: positions come of the same text. */
export function setNumber(text: string, { line, column }: Position, value: number): string {
  const lines = text.split('\n')
  const written = lines[line - 1] ?? ''
  const [found] = /^\d+/.exec(written.slice(column - 1)) ?? []
  if (found === undefined) throw new Error(`line ${line}, column ${column}: expected a whole number, found ${written}`)
  const changed = `${written.slice(0, column - 1)}${value}${written.slice(column - 1 + found.length)}`
  return lines.map((each, index) => (index === line - 1 ? changed : each)).join('\n')
}
