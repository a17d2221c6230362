/** The fields of a request in which a model finds the keys of its views, and what else may not have their names. Pure. */
import type { FeatureDtype } from '../../core/feature-dtype.ts'

/** A field of a request that holds a key of a view. */
export interface KeyField {
  readonly field: string
  readonly view: string
  readonly key: string
  readonly dtype: FeatureDtype
  /** JSON pointer of the place that names it. */
  readonly pointer: string
}

export interface KeyClash {
  readonly pointer: string
  readonly message: string
}

export interface NamedInputs {
  /** Dtypes of what the caller sends by name. */
  readonly sent: ReadonlyMap<string, FeatureDtype>
  /** Names of what views give. */
  readonly joined: ReadonlySet<string>
}

/** A field has one value: every key that is read from it has one dtype, also a request feature of its name; no feature is joined under its name. */
export function findKeyClashes(fields: readonly KeyField[], { sent, joined }: NamedInputs): readonly KeyClash[] {
  const seen = new Map<string, KeyField>()
  return fields.flatMap((found): readonly KeyClash[] => {
    const { field, view, key, dtype, pointer } = found
    const shown = `the field ${JSON.stringify(field)} of a request`
    const first = seen.get(field)
    if (first === undefined) seen.set(field, found)
    if (joined.has(field)) {
      return [{ pointer, message: `expected another name than that of a view's feature, found ${shown} for the key ${key}` }]
    }
    if (first !== undefined && first.dtype !== dtype) {
      const other = `${first.dtype}, as the key ${first.key} of ${first.view}`
      return [{ pointer, message: `expected ${shown} as ${other}, found ${dtype} for the key ${key} of ${view}` }]
    }
    const own = sent.get(field)
    if (own === undefined || own === dtype) return []
    return [
      { pointer, message: `expected ${shown} as ${own}, as the request feature, found ${dtype} for the key ${key} of ${view}` },
    ]
  })
}
