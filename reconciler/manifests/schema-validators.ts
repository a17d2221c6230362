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

/** Compiling takes tens of milliseconds: a kind is compiled when its first manifest comes. */
const validatorOf = rememberByKind((kind): ValidateFunction => {
  const ajv = new Ajv2020({ allErrors: true, verbose: true, strict: true, strictRequired: false })
  return ajv.compile(kindDefinitions[kind].schema)
})

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
