/** A row that a person can send to a release and that it answers: values of a golden row, and keys of the online store. Pure. */
import type { Digest, Json } from '../../core/digest.ts'
import { decodeFeatureValue, type FeatureValue } from '../../core/feature-value.ts'
import { formatInstant } from '../../core/instant.ts'
import type { OnlineKey, ReleaseView } from '../../core/online-view.ts'
import type { Release } from '../../core/release.ts'

export type ExampleRow = Readonly<Record<string, Json>>

/**
 * Of the golden row with the fewest nulls what a caller sends, and before it the keys of entities that have values in the views that are read;
 * null for a key that no view has a row of now. Null without golden rows, and while no view has rows. `storedKeys`: text of
 * `encodeEntityKey` by the view's digest.
 */
export function buildExampleRow(release: Release, storedKeys: ReadonlyMap<Digest, string>): ExampleRow | null {
  const { goldenRows, requestFeatures, views = [] } = release
  const counted = goldenRows.map(({ inputs }) => ({
    inputs,
    nulls: Object.values(inputs).filter((value) => value === null).length,
  }))
  const fullest = counted.sort((a, b) => a.nulls - b.nulls)[0]?.inputs
  if (fullest === undefined || views.length === 0) return fullest ?? null
  if (!views.some(({ view }) => storedKeys.has(view.digest))) return null
  const keys = new Map<string, Json>()
  for (const role of views) addKeys(keys, role, storedKeys.get(role.view.digest))
  const sent = requestFeatures.map(({ name }) => [name, fullest[name] ?? null] as const)
  return { ...Object.fromEntries(keys), ...Object.fromEntries(sent) }
}

/** Several roles may read one field: the first that has a row decides. */
function addKeys(known: Map<string, Json>, { view: { keys }, join }: ReleaseView, stored: string | undefined): void {
  const values = stored === undefined ? [] : (JSON.parse(stored) as readonly Json[])
  keys.forEach((key, index) => {
    const field = join[key.name] ?? key.name
    if ((known.get(field) ?? null) === null) known.set(field, sentKey(key, values[index] ?? null))
  })
}

/** As a request has it. */
function sentKey({ dtype }: OnlineKey, stored: Json): Json {
  const value: FeatureValue = decodeFeatureValue(dtype, stored)
  if (typeof value !== 'bigint') return value
  if (dtype === 'timestamp') return formatInstant(value)
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
}
