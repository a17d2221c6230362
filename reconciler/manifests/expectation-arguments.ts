/** Whether an argument of an expectation has the form that its name asks for, whatever the columns are. */
import type { Json } from '../core/digest.ts'
import { sharedArguments, type ArgumentType, type ExpectationDefinition } from '../core/expectation.ts'
import { parseInstant } from '../core/instant.ts'
import { featureDtypes } from '../core/feature-dtype.ts'
import { didYouMean } from './nearest-name.ts'
import { findRegexFlaw } from './regex-syntax.ts'

export interface ArgumentFlaw {
  /** From the arguments on, as `/value_set/0`. */
  readonly pointer: string
  readonly message: string
  readonly hint?: string | undefined
}

const severities = ['critical', 'warning', 'info']

/** The flaws of one argument that is not null; none for a name that the expectation does not have. */
export function checkArgument(name: string, value: Json, definition: ExpectationDefinition): readonly ArgumentFlaw[] {
  const at = `/${name}`
  const own = Object.hasOwn(definition.arguments, name) ? definition.arguments[name] : undefined
  if (own?.type === 'choice') return checkWord(at, value, own.choices)
  if (own !== undefined) return checkType(at, value, own.type)
  if (!sharedArguments(definition).includes(name)) return []
  if (name === 'severity') return checkWord(at, value, severities)
  if (name === 'mostly') return isNumber(value) && value >= 0 && value <= 1 ? [] : [flaw(at, 'a number from 0 to 1', value)]
  return isText(value) ? [] : [flaw(at, 'a condition in SQL', value)]
}

/** Arguments that stand in the wrong order, of those that are sound. */
export function findWrongOrder(
  sound: Readonly<Record<string, Json>>,
  { ordered }: ExpectationDefinition,
): readonly ArgumentFlaw[] {
  return ordered.flatMap(([least, greatest]) => {
    const [low, high] = [orderOf(sound[least]), orderOf(sound[greatest])]
    if (low === null || high === null || low <= high) return []
    return [flaw(`/${least}`, `at most ${greatest} (${describeArgument(sound[greatest] ?? null)})`, sound[least] ?? null)]
  })
}

/** A value as a message shows it: what is long is cut. */
export function describeArgument(value: Json): string {
  const text = JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

export function flaw(pointer: string, expected: string, found: Json, hint?: string): ArgumentFlaw {
  return { pointer, message: `expected ${expected}, found ${describeArgument(found)}`, hint }
}

/** Where a value stands among others of its sort: numbers, int64 as text, and instants; null for what has no order. */
function orderOf(value: Json | undefined): number | bigint | null {
  if (typeof value === 'number') return value
  if (typeof value !== 'string') return null
  return /^-?\d+$/.test(value) ? BigInt(value) : parseInstant(value)
}

function checkWord(at: string, value: Json, words: readonly string[]): readonly ArgumentFlaw[] {
  if (typeof value === 'string' && words.includes(value)) return []
  return [flaw(at, `one of ${words.join(', ')}`, value, typeof value === 'string' ? didYouMean(value, words) : undefined)]
}

type PlainType = Exclude<ArgumentType, 'choice'>

/** Checks that need no more than the value. `value`, `values` and `value-pairs` are looked at again with the column's dtype. */
function checkType(at: string, value: Json, type: PlainType): readonly ArgumentFlaw[] {
  switch (type) {
    case 'column':
    case 'name':
    case 'text': // prettier-ignore
      return isText(value) ? [] : [flaw(at, type === 'text' ? 'a text' : 'the name of a column', value)]
    case 'character':
      return isText(value) && [...value].length === 1 ? [] : [flaw(at, 'one character', value)]
    case 'columns':
    case 'names': // prettier-ignore
      return checkNames(at, value, type === 'columns' ? 2 : 0)
    case 'value':
      return isScalar(value) ? [] : [flaw(at, 'a number, a text or a boolean', value)]
    case 'values':
      return checkList(at, value, 'a value', isScalar)
    case 'value-pairs':
      return checkList(
        at,
        value,
        'a pair of values',
        (pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isScalarOrNull),
      )
    case 'number':
      return isNumber(value) ? [] : [flaw(at, 'a number', value)]
    case 'count':
      return isNumber(value) && Number.isSafeInteger(value) && value >= 0 ? [] : [flaw(at, 'a whole number from 0 on', value)]
    case 'boolean':
      return typeof value === 'boolean' ? [] : [flaw(at, 'true or false', value)]
    case 'regex':
      return checkRegex(at, value)
    case 'regexes':
      return checkEach(at, value, checkRegex)
    case 'dtype':
      return checkWord(at, value, featureDtypes)
    case 'dtypes':
      return checkEach(at, value, (pointer, item) => checkWord(pointer, item, featureDtypes))
    case 'quantile-ranges':
      return checkQuantileRanges(at, value)
  }
}

function checkNames(at: string, value: Json, least: number): readonly ArgumentFlaw[] {
  const flaws = checkEach(
    at,
    value,
    (pointer, item) => (isText(item) ? [] : [flaw(pointer, 'the name of a column', item)]),
    least,
  )
  if (flaws.length > 0 || !Array.isArray(value)) return flaws
  const names = value as readonly string[]
  return names.flatMap((name, index) => {
    return names.indexOf(name) === index ? [] : [flaw(`${at}/${index}`, 'each column once', name)]
  })
}

function checkList(at: string, value: Json, expected: string, isRight: (item: Json) => boolean): readonly ArgumentFlaw[] {
  return checkEach(at, value, (pointer, item) => (isRight(item) ? [] : [flaw(pointer, expected, item)]))
}

type CheckItem = (pointer: string, item: Json) => readonly ArgumentFlaw[]

function checkEach(at: string, value: Json, check: CheckItem, least = 1): readonly ArgumentFlaw[] {
  const items = asList(value)
  if (items === null || items.length < least) return [flaw(at, `a list of at least ${least}`, value)]
  return items.flatMap((item, index) => check(`${at}/${index}`, item))
}

function checkRegex(at: string, value: Json): readonly ArgumentFlaw[] {
  if (!isText(value)) return [flaw(at, 'a regular expression', value)]
  const wrong = findRegexFlaw(value)
  if (wrong === null) return []
  const hint = 'the syntax is that of RE2: https://github.com/google/re2/wiki/Syntax'
  return [{ pointer: at, message: `expected a regular expression, found ${wrong} of ${describeArgument(value)}`, hint }]
}

function checkQuantileRanges(at: string, value: Json): readonly ArgumentFlaw[] {
  const record =
    typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, Json>>) : {}
  const { quantiles, value_ranges: ranges, ...others } = record
  if (quantiles === undefined || ranges === undefined || Object.keys(others).length > 0) {
    return [flaw(at, '{ quantiles: […], value_ranges: [[…, …]] }', value)]
  }
  const flaws = [
    ...checkList(`${at}/quantiles`, quantiles, 'a number from 0 to 1', (item) => isNumber(item) && item >= 0 && item <= 1),
    ...checkEach(`${at}/value_ranges`, ranges, checkRange),
  ]
  const [asked, given] = [asList(quantiles)?.length ?? 0, asList(ranges)?.length ?? 0]
  if (flaws.length > 0 || asked === given) return flaws
  return [{ pointer: `${at}/value_ranges`, message: `expected a range for each of the ${asked} quantiles, found ${given}` }]
}

function checkRange(at: string, value: Json): readonly ArgumentFlaw[] {
  const [low = null, high = null, ...others] = asList(value) ?? [true]
  const isEnd = (end: Json): boolean => end === null || isNumber(end)
  if (others.length > 0 || asList(value)?.length !== 2 || !isEnd(low) || !isEnd(high)) {
    return [flaw(at, 'a smallest and a greatest number (null: open)', value)]
  }
  return isNumber(low) && isNumber(high) && low > high ? [flaw(at, 'the smaller number first', value)] : []
}

function asList(value: Json): readonly Json[] | null {
  return Array.isArray(value) ? (value as readonly Json[]) : null
}

function isText(value: Json): value is string {
  return typeof value === 'string' && value !== ''
}

function isNumber(value: Json): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function isScalar(value: Json): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || isNumber(value)
}

function isScalarOrNull(value: Json): boolean {
  return value === null || isScalar(value)
}
