/** Says in plain words why a request does not fit its schema: where, what was expected, what was found. Knows no request. */
import type { ErrorObject } from 'ajv/dist/2020.js'
import { describe } from '../../inference/rows/cell.ts'

const typeNames: Readonly<Record<string, string>> = {
  array: 'an array',
  object: 'an object',
  string: 'a string',
  number: 'a number',
  integer: 'an integer',
  boolean: 'true or false',
  null: 'null',
}

/** `/inputs/0/shape/1` is shown as `inputs[0].shape[1]`. */
export function describeProblem({ instancePath, keyword, params, message, data }: ErrorObject): string {
  const place = instancePath
    .slice(1, 200)
    .replace(/\/(\d+)/g, '[$1]')
    .replaceAll('/', '.')
    .replaceAll('~1', '/')
    .replaceAll('~0', '~')
  const where = place === '' ? 'the request' : place
  const details = params as Readonly<Record<string, unknown>>
  const limit = String(details.limit)
  switch (keyword) {
    case 'required':
      return `${where}: "${String(details.missingProperty)}" is missing`
    case 'additionalProperties':
      return `${where}: unknown member ${describe(details.additionalProperty)}`
    case 'type':
      return `${where}: expected ${describeTypes(details.type)}, found ${describe(data)}`
    case 'enum':
      return `${where}: expected one of ${String(details.allowedValues)}, found ${describe(data)}`
    case 'minItems':
      return `${where}: at least ${limit} must be there, found ${(data as unknown[]).length}`
    case 'maxItems':
      return `${where}: at most ${limit} are allowed, found ${(data as unknown[]).length}`
    case 'maxLength':
      return `${where}: at most ${limit} characters are allowed, found ${(data as string).length}`
    case 'minimum':
      return `${where}: expected at least ${limit}, found ${describe(data)}`
    case 'maximum':
      return `${where}: expected at most ${limit}, found ${describe(data)}`
    default:
      return `${where} ${message ?? 'is not valid'}`
  }
}

function describeTypes(types: unknown): string {
  const names = (Array.isArray(types) ? types : [types]).map((type) => typeNames[String(type)] ?? String(type))
  const last = names.pop() ?? ''
  return names.length === 0 ? last : `${names.join(', ')} or ${last}`
}
