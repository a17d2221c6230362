/** Whether the arguments of an expectation fit the columns that it is asked of: they exist, and have a dtype that can be asked so. */
import type { Json } from '../core/digest.ts'
import type { ExpectationDefinition } from '../core/expectation.ts'
import { parseInstant } from '../core/instant.ts'
import type { FeatureDtype } from '../core/feature-dtype.ts'
import { flaw, type ArgumentFlaw } from './expectation-arguments.ts'
import { didYouMean, listNames } from './nearest-name.ts'

type Sound = Readonly<Record<string, Json>>

interface NamedColumn {
  readonly pointer: string
  readonly name: string
}

export function findUnknownColumns(
  sound: Sound,
  definition: ExpectationDefinition,
  columns: ReadonlyMap<string, FeatureDtype>,
): readonly ArgumentFlaw[] {
  return namedColumns(sound, definition).flatMap(({ pointer, name }) => {
    if (columns.has(name)) return []
    const known = [...columns.keys()]
    return [flaw(pointer, `a column (${listNames(known)})`, name, didYouMean(name, known))]
  })
}

/** A column that an expectation is asked of, with its dtype. */
export interface AskedColumn extends NamedColumn {
  readonly dtype: FeatureDtype
}

/** The columns that the expectation is asked of; null when one of them is missing or unknown. */
export function readDtypes(
  sound: Sound,
  definition: ExpectationDefinition,
  columns: ReadonlyMap<string, FeatureDtype>,
): readonly AskedColumn[] | null {
  const named = namedColumns(sound, definition)
  const asked = named.flatMap((column) => {
    const dtype = columns.get(column.name)
    return dtype === undefined ? [] : [{ ...column, dtype }]
  })
  const wanted = Object.entries(definition.arguments).filter(([, { type }]) => type === 'column' || type === 'columns')
  return asked.length === named.length && wanted.every(([name]) => sound[name] !== undefined) ? asked : null
}

interface Asked {
  readonly definition: ExpectationDefinition
  readonly dtypes: readonly AskedColumn[]
  readonly ordered: boolean
}

export function findWrongColumns({ definition, dtypes, ordered }: Asked): readonly ArgumentFlaw[] {
  const { fits, expected } = kinds[definition.columns]
  const wrong = dtypes.filter(({ dtype }) => !fits(dtype))
  const flaws = wrong.map(({ pointer, name, dtype }) => {
    return { pointer, message: `expected ${expected}, found ${JSON.stringify(name)} of dtype ${dtype}` }
  })
  if (flaws.length > 0) return flaws
  const [first] = dtypes
  if (first !== undefined && definition.sequential && !ordered) {
    return [{ pointer: first.pointer, message: 'expected rows that come in an order, found the rows of a view, which have none' }]
  }
  if (first === undefined || !definition.columns.startsWith('comparable')) return []
  return dtypes.flatMap(({ pointer, name, dtype }) => {
    if (sortOf(dtype) === sortOf(first.dtype)) return []
    return [
      {
        pointer,
        message: `expected a column to compare with ${first.name} (${first.dtype}), found ${JSON.stringify(name)} of dtype ${dtype}`,
      },
    ]
  })
}

const numbers: readonly FeatureDtype[] = ['int32', 'int64', 'float32', 'float64']

const kinds = {
  any: { fits: () => true, expected: 'any column' },
  comparable: { fits: () => true, expected: 'any column' },
  number: { fits: isNumeric, expected: 'a column of numbers' },
  text: { fits: (dtype) => dtype === 'string', expected: 'a column of texts' },
  ordered: { fits: isOrdered, expected: 'a column of numbers or timestamps' },
  'comparable-ordered': { fits: isOrdered, expected: 'a column of numbers or timestamps' },
} as const satisfies Record<ExpectationDefinition['columns'], { fits: (dtype: FeatureDtype) => boolean; expected: string }>

function isNumeric(dtype: FeatureDtype): boolean {
  return numbers.includes(dtype)
}

function isOrdered(dtype: FeatureDtype): boolean {
  return isNumeric(dtype) || dtype === 'timestamp'
}

function sortOf(dtype: FeatureDtype): string {
  return isNumeric(dtype) ? 'number' : dtype
}

/** Values that a column of this dtype can not hold. */
export function findWrongValues(
  sound: Sound,
  { arguments: known }: ExpectationDefinition,
  asked: readonly AskedColumn[],
): readonly ArgumentFlaw[] {
  return Object.entries(sound).flatMap(([name, value]) => {
    const type = Object.hasOwn(known, name) ? known[name]?.type : undefined
    const [first, second] = asked
    if (first === undefined) return []
    if (type === 'value') return wrongValue(`/${name}`, value, first, 'bound')
    const items = value as readonly Json[]
    if (type === 'values') return items.flatMap((item, index) => wrongValue(`/${name}/${index}`, item, first, 'member'))
    if (type !== 'value-pairs' || second === undefined) return []
    return (items as readonly (readonly Json[])[]).flatMap((pair, index) =>
      [first, second].flatMap((column, side) => wrongValue(`/${name}/${index}/${side}`, pair[side] ?? null, column, 'member')),
    )
  })
}

/** A bound of whole numbers may have a fraction; a member of a set may not: no value is equal to it. */
function wrongValue(
  pointer: string,
  value: Json,
  { name, dtype }: AskedColumn,
  role: 'bound' | 'member',
): readonly ArgumentFlaw[] {
  if (value === null) return []
  const asFloat = role === 'bound' && isNumeric(dtype) && typeof value === 'number'
  return asFloat || fitsDtype(value, dtype) ? [] : [flaw(pointer, `${dtypeTexts[dtype]} (${name} is ${dtype})`, value)]
}

const dtypeTexts = {
  bool: 'true or false',
  int32: 'a whole number of 32 bits',
  int64: 'a whole number of 64 bits',
  float32: 'a number',
  float64: 'a number',
  string: 'a text',
  timestamp: 'a time with its zone, as 2013-01-01T05:00:00Z',
} as const satisfies Record<FeatureDtype, string>

/** int64 may be written as a text of digits: a number of YAML is exact up to 2^53 only. */
function fitsDtype(value: Json, dtype: FeatureDtype): boolean {
  switch (dtype) {
    case 'bool':
      return typeof value === 'boolean'
    case 'string':
      return typeof value === 'string'
    case 'float32':
    case 'float64': // prettier-ignore
      return typeof value === 'number'
    case 'timestamp':
      return typeof value === 'string' && parseInstant(value) !== null
    case 'int32':
      return Number.isInteger(value) && Math.abs(Number(value) + 0.5) < 2 ** 31
    case 'int64':
      return Number.isSafeInteger(value) || (typeof value === 'string' && /^-?\d{1,19}$/.test(value) && isInt64(BigInt(value)))
  }
}

function isInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value
}

function namedColumns(sound: Sound, { arguments: known }: ExpectationDefinition): readonly NamedColumn[] {
  return Object.entries(known).flatMap(([argument, { type }]): readonly NamedColumn[] => {
    const value = sound[argument]
    if (value === undefined) return []
    if (type === 'column') return [{ pointer: `/${argument}`, name: value as string }]
    if (type !== 'columns') return []
    return (value as readonly string[]).map((name, index) => ({ pointer: `/${argument}/${index}`, name }))
  })
}
