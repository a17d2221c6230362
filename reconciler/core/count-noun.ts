/** A count with its noun, as people read it. */

/** `1 row`, `2 rows`, `0 entries`. */
export function countNoun(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}
