/** The JSON Schemas of all kinds as functions, which the build makes of them. Knows nothing of files and positions. */
import type { ErrorObject } from 'ajv/dist/2020.js'
import type { Kind } from '../core/resource.ts'
import { validators } from './generated/validators.js'

export type { ErrorObject }

/** All violations of a kind's schema; none when the value is valid. */
export function schemaErrors(kind: Kind, value: unknown): readonly ErrorObject[] {
  const validate = validators[kind]
  return validate(value) ? [] : (validate.errors ?? [])
}
