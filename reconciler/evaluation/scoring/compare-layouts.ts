/** Whether the rows of a candidate's dataset are those that the production version would see, too. Pure. */
import type { RowLayout } from '../../inference/rows/row-assembler.ts'

/** In words why not; null: they are. `needed`: what production reads; `there`: what the rows have. */
export function whyNotComparable(
  needed: readonly string[],
  there: readonly string[],
  { candidate, production }: { readonly candidate: RowLayout; readonly production: RowLayout },
): string | null {
  const missing = needed.filter((name) => !there.includes(name))
  if (missing.length > 0) return `it reads ${missing.join(', ')}, which the rows of the candidate do not have`
  const expressions = new Map((candidate.onDemand ?? []).map(({ name, cel }) => [name, cel]))
  const changed = (production.onDemand ?? []).filter(
    ({ name, cel }) => needed.includes(name) && (expressions.get(name) ?? cel) !== cel,
  )
  if (changed.length === 0) return null
  return `it computes ${changed.map(({ name }) => name).join(', ')} by another expression than the candidate`
}
