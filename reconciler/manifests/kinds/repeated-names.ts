/** Names that must differ as SQL sees them: in any case of letters. */
import type { Report } from './kind-definition.ts'

export interface PointedName {
  readonly name: string
  readonly pointer: string
}

/** Reports every name that appeared before, also in other letters: DuckDB takes `Speed` and `speed` for the same column. */
export function reportRepeatedNames(names: readonly PointedName[], report: Report): void {
  const seen = new Map<string, string>()
  for (const { name, pointer } of names) {
    const first = seen.get(name.toLowerCase())
    if (first === undefined) seen.set(name.toLowerCase(), name)
    else {
      const message = `expected every name once, found ${JSON.stringify(name)} again`
      const hint = first === name ? undefined : `SQL takes ${first} and ${name} for the same name`
      report(pointer, { rule: 'duplicate-feature', message, hint })
    }
  }
}
