/** The compiled JSON Schemas of all kinds. Knows nothing of files and positions. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import type { Kind } from '../core/resource.ts'
import { kindDefinitions } from './kinds/registry.ts'

export type { ErrorObject }

/** All violations of a kind's schema; none when the value is valid. */
export function schemaErrors(kind: Kind, value: unknown): readonly ErrorObject[] {
  const validate = validatorOf(kind)
  return validate(value) ? [] : (validate.errors ?? [])
}

/**
 * Compiling takes tens of milliseconds: a kind is compiled when its first manifest comes. Most commands validate each kind a few times, so
 * that code which is compiled twice as fast and runs a tenth slower is the better one; that the schemas are valid is for a test to say.
 */
const validatorOf = rememberByKind((kind): ValidateFunction => {
  const ajv = new Ajv2020({ ...strictness, validateSchema: false, code: { optimize: false } })
  return ajv.compile(kindDefinitions[kind].schema)
})

const strictness = { allErrors: true, verbose: true, strict: true, strictRequired: false } as const

function rememberByKind<Value>(make: (kind: Kind) => Value): (kind: Kind) => Value {
  const made = new Map<Kind, Value>()
  return (kind) => {
    const known = made.get(kind)
    if (known !== undefined) return known
    const value = make(kind)
    made.set(kind, value)
    return value
  }
}
