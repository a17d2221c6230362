/** A row that a person can send to a release and that it answers: values of a golden row, and keys of the online store. Pure. */
import type { Digest, Json } from '../../core/digest.ts'
import { decodeFeatureValue, type FeatureValue } from '../../core/feature-value.ts'
import { formatInstant } from '../../core/instant.ts'
import type { OnlineKey, ReleaseView } from '../../core/online-view.ts'
import type { Release } from '../../core/release.ts'

export type ExampleRow = Readonly<Record<string, Json>>

/**
 * Of the golden row with the fewest nulls what a caller sends, then for each view that is read the keys of an entity that has values. Null
 * without golden rows, and while a view has no rows. `storedKeys`: text of `encodeEntityKey` by the view's digest.
 */
export function buildExampleRow(release: Release, storedKeys: ReadonlyMap<Digest, string>): ExampleRow | null {
  const { goldenRows, requestFeatures, views = [] } = release
  const counted = goldenRows.map(({ inputs }) => ({ inputs, nulls: Object.values(inputs).filter((value) => value === null).length }))
  const fullest = counted.sort((a, b) => a.nulls - b.nulls)[0]?.inputs
  if (fullest === undefined || views.length === 0) return fullest ?? null
  const keys = views.map((view) => readKeys(view, storedKeys.get(view.view.digest)))
  if (keys.includes(null)) return null
  const sent = requestFeatures.map(({ name }) => [name, fullest[name] ?? null] as const)
  // Two roles may read one field: the first that is named decides.
  return { ...Object.assign({}, ...[...keys].reverse()), ...Object.fromEntries(sent) } as ExampleRow
}

function readKeys({ view: { keys }, join }: ReleaseView, stored: string | undefined): ExampleRow | null {
  if (stored === undefined) return null
  const values = JSON.parse(stored) as readonly Json[]
  return Object.fromEntries(keys.map((key, index) => [join[key.name] ?? key.name, sentKey(key, values[index] ?? null)]))
}

/** As a request has it. */
function sentKey({ dtype }: OnlineKey, stored: Json): Json {
  const value: FeatureValue = decodeFeatureValue(dtype, stored)
  if (typeof value !== 'bigint') return value
  if (dtype === 'timestamp') return formatInstant(value)
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
}
