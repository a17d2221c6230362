/** Turns violations of a JSON Schema into problems that a person understands. */
import type { ErrorObject } from './schema-validators.ts'
import { parseSize } from './duration.ts'
import type { RuleId } from './explain.ts'
import { escapePointer } from './kinds/request-features.ts'
import type { Problem } from './local-finding.ts'
import { didYouMean } from './nearest-name.ts'

/** A problem at a JSON pointer. */
export interface PointedProblem extends Problem {
  readonly pointer: string
  /** The key is meant, not its value. */
  readonly part?: 'key'
  /** Index of the character of the text at the pointer that is meant. */
  readonly at?: number
  /** JSON pointer of what cannot be read because of it; null when the rest of the document still can. */
  readonly broken: string | null
}

/** One violation as a problem, or null when another violation already says it. `unsupported` as in KindDefinition. */
export function schemaProblem(error: ErrorObject, unsupported: readonly string[]): PointedProblem | null {
  // "Exactly one of" is a check of its kind; the branches of "any of" and the summary of names only repeat.
  if (error.keyword === 'oneOf' || error.keyword === 'propertyNames' || /\/(?:oneOf|anyOf)\//.test(error.schemaPath)) return null
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownField(error, unsupported)
    case 'required':
      return missingField(error)
    case 'type':
    case 'anyOf':
      return wrongType(error)
    default:
      return invalidValue(error)
  }
}

function unknownField(error: ErrorObject, unsupported: readonly string[]): PointedProblem {
  const field = (error.params as { additionalProperty: string }).additionalProperty
  const pointer = `${error.instancePath}/${escapePointer(field)}`
  const common = { pointer, part: 'key', broken: null } as const
  if (unsupported.some((pattern) => matches(pattern, pointer))) {
    return { ...common, rule: 'not-supported', message: `${fieldName(pointer)} is not supported by this version` }
  }
  const known = Object.keys((error.parentSchema?.properties ?? {}) as object)
  const where = known.length === 0 ? 'no field' : `one of ${known.join(', ')}`
  return { ...common, rule: 'unknown-field', message: `expected ${where}, found ${field}`, hint: didYouMean(field, known) }
}

function missingField(error: ErrorObject): PointedProblem {
  const field = (error.params as { missingProperty: string }).missingProperty
  const place = error.instancePath === '' ? 'the manifest' : fieldName(error.instancePath)
  return {
    rule: 'missing-field',
    message: `expected the field ${field} in ${place}, found none`,
    pointer: error.instancePath,
    part: 'key',
    broken: `${error.instancePath}/${escapePointer(field)}`,
  }
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
}

function wrongType(error: ErrorObject): PointedProblem {
  const pointer = error.instancePath
  const type = error.keyword === 'anyOf' ? '' : String((error.params as { type: unknown }).type)
  const expected = error.keyword === 'anyOf' ? choiceOf(pointer) : (typeNames[type] ?? type)
  const message = `expected ${expected} for ${fieldName(pointer)}, found ${describe(error.data)}`
  const common = { message, hint: typeHint(pointer, type, error.data), pointer, broken: pointer }
  if (isSizeText(pointer, error.data)) return { ...common, rule: 'size' }
  if (isDurationField(pointer)) return { ...common, rule: 'duration' }
  return { ...common, rule: isPercent(pointer) && type === 'integer' ? 'percent' : 'wrong-type' }
}

/** What a field takes that has more than one form: the first pattern that its pointer matches. */
const choices: readonly (readonly [RegExp, string])[] = [
  [/^\/spec\/fallback\/constant$/, 'a number or a list of at least 2 numbers'],
  [/^\/spec\/sources?(?:\/\d+)?$/, 'the name of a DataSource, or { view: NAME },'],
  [/^\/spec\/tests\/\d+\/given$/, 'a list of rows, or a map with a list of rows for each source,'],
  [/^\/spec\/tests\/\d+\/expect\/\d+\//, 'a text, a number, true, false or null'],
  [/^\/spec\/tests\/\d+\/(?:golden\/row|invariance\/values|directional)\//, 'a text, a number, true, false or null'],
  [/^\/spec\/evaluation\/positiveClass$/, 'a text, a number, true or false'],
  [/^\/spec\/rules\/\d+\/by$/, 'the name of a column or a list of them'],
  [/^\/spec\/rules\/\d+\/(?:tests|expectations|dataChecks)$/, 'all or a list of names'],
  [/^\/spec\/nulls\//, 'model, reject or a number'],
]

function choiceOf(pointer: string): string {
  const found = choices.find(([pattern]) => pattern.test(pointer))
  // A choice that a schema offers and nobody described here is a mistake of ours, not of the person.
  if (found === undefined) throw new Error(`no words for what ${pointer} takes`)
  return found[1]
}

function typeHint(pointer: string, type: string, found: unknown): string | undefined {
  const isSize = isSizeText(pointer, found)
  const isDuration = isDurationField(pointer)
  if (isSize) {
    const bytes = parseSize(String(found))
    return bytes === null ? 'write the number of bytes, without a unit' : `write ${bytes}`
  }
  if (type === 'boolean' && typeof found === 'string') {
    if (/^(?:yes|on|y)$/i.test(found)) return `${found} is a text in YAML 1.2: write true`
    if (/^(?:no|off|n)$/i.test(found)) return `${found} is a text in YAML 1.2: write false`
  }
  if (isDuration && typeof found === 'number') return `write a unit, such as ${found}s`
  if (type === 'string' && (typeof found === 'number' || typeof found === 'boolean')) return 'put the value in quotes'
  if ((type === 'integer' || type === 'number') && typeof found === 'string') {
    if (/^[-+]?[0-9][0-9_]*$/.test(found) && found.includes('_')) return `write ${found.replaceAll('_', '')}`
    if (found.endsWith('%')) return 'write the number without %'
    return found.trim() === '' || Number.isNaN(Number(found)) ? undefined : 'write the number without quotes'
  }
  return examples[pointer]
}

/** What may be written where a field takes less than people expect. */
const examples: Readonly<Record<string, string>> = {
  '/spec/training/weights': 'write weights: COLUMN, with the name of a column of the label source',
}

function invalidValue(error: ErrorObject): PointedProblem {
  const broken = error.instancePath
  const found = describe(error.data)
  const common = { pointer: error.instancePath, broken }
  const params = error.params as Readonly<Record<string, unknown>>
  switch (error.keyword) {
    case 'enum': {
      const allowed = params.allowedValues as readonly string[]
      const message = `expected one of ${allowed.join(', ')}, found ${found}`
      return { ...common, rule: 'invalid-value', message, hint: didYouMean(String(error.data), allowed) }
    }
    case 'const': {
      const rule = error.instancePath === '/apiVersion' ? 'api-version' : 'invalid-value'
      const hint = `write ${String(params.allowedValue)}`
      return { ...common, rule, message: `expected ${String(params.allowedValue)}, found ${found}`, hint }
    }
    case 'pattern':
      if (error.propertyName === undefined) return { ...common, ...wrongFormat(error) }
      return { ...wrongFormat(error), pointer: `${broken}/${escapePointer(error.propertyName)}`, part: 'key', broken }
    case 'maxItems':
      if (params.limit === 0) {
        const message = `entries of ${fieldName(error.instancePath)} are not supported by this version`
        return { ...common, rule: 'not-supported', message }
      }
      return { ...common, ...outOfLimits(error, found) }
    default:
      return { ...common, ...outOfLimits(error, found) }
  }
}

function outOfLimits(error: ErrorObject, found: string): Problem {
  const rule = isPercent(error.instancePath) ? 'percent' : 'invalid-value'
  const { keyword, params } = error
  if (keyword === 'uniqueItems') {
    const { i, j } = params as { i: number; j: number }
    const message = `expected entries of ${fieldName(error.instancePath)} that differ, found two that are the same`
    return { rule, message, hint: `entries ${Math.min(i, j) + 1} and ${Math.max(i, j) + 1}` }
  }
  const [bound, unit] = limits[keyword] ?? []
  // A keyword that a schema uses and nobody described here is a mistake of ours, not of the person.
  if (bound === undefined || unit === undefined) throw new Error(`no words for the keyword ${keyword}`)
  const limit = String(params.limit)
  const noun = unit === '' || limit !== '1' ? unit : (singular[unit] ?? unit)
  const size = unit === 'characters' && typeof error.data === 'string' && error.data.length > 80 ? error.data.length : null
  const expected = `expected ${bound} ${limit}${noun === '' ? '' : ` ${noun}`} for ${fieldName(error.instancePath)}`
  return { rule, message: `${expected}, found ${size === null ? found : `${size} characters`}` }
}

/** What the keywords of JSON Schema that bound a value say. */
const limits: Readonly<Record<string, readonly [string, string]>> = {
  minimum: ['at least', ''],
  exclusiveMinimum: ['more than', ''],
  maximum: ['at most', ''],
  minLength: ['at least', 'characters'],
  maxLength: ['at most', 'characters'],
  minItems: ['at least', 'entries'],
  maxItems: ['at most', 'entries'],
  minProperties: ['at least', 'entries'],
  maxProperties: ['at most', 'entries'],
}

const singular: Readonly<Record<string, string>> = { characters: 'character', entries: 'entry' }

const formats: Readonly<Record<string, readonly [RuleId, string, string?]>> = {
  '#/$defs/name/pattern': ['name-format', 'lower-case letters, digits and dashes (at most 63)'],
  '#/$defs/underscoreName/pattern': ['name-format', 'lower-case letters, digits, dashes and underscores (at most 63)'],
  '#/$defs/identifier/pattern': ['name-format', 'letters, digits and underscores that begin with a letter (at most 127)'],
  '#/$defs/columnName/pattern': ['name-format', 'a name of a column that does not begin with two underscores'],
  '#/$defs/digest/pattern': ['invalid-value', 'sha256: and 64 lower-case hex digits'],
  '#/$defs/time/pattern': ['invalid-value', 'a day or an instant such as 2013-06-01 or 2013-06-01T06:00:00Z'],
  '#/$defs/duration/pattern': ['duration', 'a duration such as 50ms, 90s, 15m, 3h or 7d'],
  '#/$defs/size/pattern': ['size', 'a size such as 512Ki, 20Mi or 4Gi'],
  '#/$defs/hold/pattern': ['duration', 'a duration such as 50ms, 90s, 15m, 3h or 7d, or manual'],
}

function wrongFormat(error: ErrorObject): Problem {
  // The name of a member (an environment) is checked by the same pattern; the member is what was found.
  const found = describe(error.propertyName ?? error.data)
  const [rule, expected] = formats[error.schemaPath] ?? ['invalid-value', formatOf(error.instancePath)]
  return { rule, message: `expected ${expected}, found ${found}` }
}

function formatOf(pointer: string): string {
  return pointer.endsWith('/sha256') ? '64 lower-case hex digits' : 'folder:PATH'
}

function isSizeText(pointer: string, value: unknown): boolean {
  return pointer.endsWith('/sizeBytes') && typeof value === 'string'
}

const durationFields: readonly string[] = ['budget', 'hold', 'lag', 'maxAge', 'p50', 'p99', 'refresh', 'timeout', 'ttl', 'window']

function isDurationField(pointer: string): boolean {
  if (/^\/spec\/training\/data\/(?:validation|test)$/.test(pointer)) return true
  return durationFields.includes(pointer.slice(pointer.lastIndexOf('/') + 1))
}

function isPercent(pointer: string): boolean {
  return pointer.endsWith('/weight') || pointer.endsWith('/coverage') || pointer.endsWith('/percent')
}

function matches(pattern: string, pointer: string): boolean {
  const wanted = pattern.split('/')
  const found = pointer.split('/')
  return wanted.length === found.length && wanted.every((step, index) => step === '*' || step === found[index])
}

/** `/spec/canary/steps/0/weight` as people write it: `spec.canary.steps[0].weight`. */
function fieldName(pointer: string): string {
  const steps = pointer.split('/').slice(1)
  return steps.reduce((name, step) => (/^[0-9]+$/.test(step) ? `${name}[${step}]` : name === '' ? step : `${name}.${step}`), '')
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return ['an empty list', 'a list of 1 entry'][value.length] ?? `a list of ${value.length} entries`
  if (value === null || value === undefined) return 'nothing'
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'an empty map' : 'a map'
  const text = JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}
