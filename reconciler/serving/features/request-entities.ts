/** The entities of a request for features: lists of keys by name, checked against the views that need them. Pure. */
import { MainwardError } from '../../core/error.ts'
import type { KeyDtype } from '../../core/feature-definition.ts'
import type { FeatureValue } from '../../core/feature-value.ts'
import { didYouMean } from '../../core/nearest-name.ts'
import { describe, placeError } from '../../inference/rows/cell.ts'
import type { ChosenView } from './chosen-features.ts'
import { buildEntityKey, readKey, type EntityKey } from './entity-key.ts'
import type { ViewLookup } from './view-lookups.ts'

export interface RequestEntities {
  /** Of every list. */
  readonly count: number
  readonly lookups: readonly ViewLookup[]
}

type Entities = Readonly<Record<string, readonly unknown[]>>

/** Throws `invalid-input` for keys that are unknown, missing, of a wrong type, or of differing lengths. */
export function readEntities(entities: Entities, views: readonly ChosenView[]): RequestEntities {
  const names = new Set(views.flatMap(({ keyNames }) => keyNames))
  for (const name of Object.keys(entities)) if (!names.has(name)) throw unknownKey(name, names)
  for (const { view, keyNames } of views) {
    const missing = keyNames.find((name) => !Object.hasOwn(entities, name))
    if (missing !== undefined) throw invalid(`entities: "${missing}" is missing, a key of the view "${view.name}"`)
  }
  const count = countEntities(entities)
  const read = new Map<string, readonly FeatureValue[]>()
  const columnOf = (name: string, dtype: KeyDtype): readonly FeatureValue[] => {
    const known = read.get(`${dtype} ${name}`) ?? readColumn(entities[name] ?? [], name, dtype)
    read.set(`${dtype} ${name}`, known)
    return known
  }
  // Views of one entity share its keys.
  const built = new Map<string, readonly EntityKey[]>()
  const lookups = views.map(({ view, keyNames }) => {
    const place = JSON.stringify(view.keys.map(({ dtype }, index) => [dtype, keyNames[index]]))
    const columns = view.keys.map(({ dtype }, index) => columnOf(keyNames[index] ?? '', dtype))
    const keys = built.get(place) ?? buildKeys(columns, count)
    built.set(place, keys)
    return { view, keys }
  })
  return { count, lookups }
}

function buildKeys(columns: readonly (readonly FeatureValue[])[], count: number): readonly EntityKey[] {
  return Array.from({ length: count }, (_, row) => buildEntityKey(columns.map((column) => column[row] ?? null)))
}

function countEntities(entities: Entities): number {
  const [first, ...others] = Object.entries(entities)
  if (first === undefined) throw invalid('entities: at least one key is needed')
  const count = first[1].length
  const other = others.find(([, values]) => values.length !== count)
  if (other === undefined) return count
  throw invalid(`entities: "${first[0]}" has ${count} values, "${other[0]}" has ${other[1].length}: they must be as many`)
}

function readColumn(values: readonly unknown[], name: string, dtype: KeyDtype): readonly FeatureValue[] {
  return values.map((value, index) => {
    try {
      return readKey(dtype, value)
    } catch (error) {
      throw placeError(error, `entities.${name}[${index}]`)
    }
  })
}

function unknownKey(name: string, names: ReadonlySet<string>): MainwardError {
  const hint = didYouMean(name.slice(0, 100), names)
  const expected = hint ?? `expected ${[...names].slice(0, 10).join(', ')}`
  return invalid(`entities: no view of this request has the key ${describe(name)}; ${expected}`)
}

function invalid(message: string): MainwardError {
  return new MainwardError('invalid-input', message)
}
