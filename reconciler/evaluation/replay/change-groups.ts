/** Whose decisions change: requests and changes by the values of their inputs. Memory is bounded: inputs with many values are let go. */
import type { Json } from '../../core/digest.ts'
import type { ReplayOutcome } from '../../core/evaluation.ts'
import { compareText } from '../../core/finding.ts'

/** An input with more values is no group that people know. */
const mostValues = 50

const mostGroups = 20

type Group = ReplayOutcome['groups'][number]

type GroupValue = string | number | boolean | null

interface Tally {
  readonly requests: number
  readonly changed: number
}

export class ChangeGroups {
  /** By input, by value; null: it has too many, or measures. */
  readonly #columns = new Map<string, Map<GroupValue, Tally> | null>()
  #requests = 0
  #changed = 0

  add(fields: Readonly<Record<string, Json>>, isChanged: boolean): void {
    this.#requests += 1
    if (isChanged) this.#changed += 1
    for (const [name, value] of Object.entries(fields)) this.#count(name, value, isChanged)
  }

  #count(name: string, value: Json, isChanged: boolean): void {
    const known = this.#columns.get(name)
    if (known === null) return
    const values = known ?? new Map<GroupValue, Tally>()
    if (!isGroup(value) || (values.size === mostValues && !values.has(value))) {
      this.#columns.set(name, null)
      return
    }
    if (known === undefined) this.#columns.set(name, values)
    const tally = values.get(value) ?? { requests: 0, changed: 0 }
    values.set(value, { requests: tally.requests + 1, changed: tally.changed + (isChanged ? 1 : 0) })
  }

  /** Groups in which a larger share of decisions changed than in all requests; most changed first. */
  list(): readonly Group[] {
    const all = [...this.#columns].flatMap(([column, values]): readonly Group[] => {
      return [...(values ?? [])].map(([value, tally]) => ({ column, value: value === null ? null : String(value), ...tally }))
    })
    return all
      .filter(({ requests, changed }) => changed * this.#requests > this.#changed * requests)
      .sort(
        (a, b) =>
          b.changed - a.changed ||
          a.requests - b.requests ||
          compareText(a.column, b.column) ||
          compareText(a.value ?? '', b.value ?? ''),
      )
      .slice(0, mostGroups)
  }
}

/** Texts, flags and whole numbers name groups; a wind of 10.35 does not. */
function isGroup(value: Json): value is GroupValue {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isInteger(value)
}
