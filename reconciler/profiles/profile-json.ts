/** The JSON form of a profile, with a version. */
import type { Json } from '../core/digest.ts'
import { MainwardError } from '../core/error.ts'
import { featureDtypes } from '../core/feature-dtype.ts'
import type { Histogram } from './histogram.ts'
import { jsonList, jsonNumber, jsonNumbers, jsonRecord, jsonText, type JsonRecord } from './json-fields.ts'
import type { LogBins } from './log-bins.ts'
import type { Moments } from './moments.ts'
import type { Profile } from './profile.ts'
import type { Category, TopCategories } from './top-categories.ts'

export const profileVersion = 1

/** Whole numbers of 64 bits are written as texts of digits, bins as lists of `[index, count]` in order. */
export function writeProfile(profile: Profile): Json {
  const { smallest, greatest, moments, bins, histogram, categories, ...counts } = profile
  return {
    version: profileVersion,
    ...counts,
    smallest: writeNumber(smallest),
    greatest: writeNumber(greatest),
    moments: moments && { ...moments },
    bins: bins && { positive: writeBins(bins.positive), negative: writeBins(bins.negative), zeros: bins.zeros },
    histogram: histogram && { ...histogram },
    categories: categories && { ...categories, categories: categories.categories.map((category) => ({ ...category })) },
  }
}

/** Throws `unsupported` for another version, and `invalid-input` for what is no profile. */
export function readProfile(written: Json): Profile {
  const record = jsonRecord(written, 'a profile')
  if (record['version'] !== profileVersion) {
    throw new MainwardError(
      'unsupported',
      `expected a profile of version ${profileVersion}, found ${JSON.stringify(record['version'])}`,
    )
  }
  const count = (name: string): number => jsonNumber(record, name)
  return {
    dtype: readDtype(record),
    rows: count('rows'),
    nulls: count('nulls'),
    nans: count('nans'),
    positiveInfinities: count('positiveInfinities'),
    negativeInfinities: count('negativeInfinities'),
    smallest: readNumber(record, 'smallest'),
    greatest: readNumber(record, 'greatest'),
    moments: readPart(record, 'moments', readMoments),
    bins: readPart(record, 'bins', readBins),
    histogram: readPart(record, 'histogram', readHistogram),
    categories: readPart(record, 'categories', readCategories),
  }
}

function readPart<T>(record: JsonRecord, name: string, read: (part: JsonRecord) => T): T | null {
  const part = record[name] ?? null
  return part === null ? null : read(jsonRecord(part, name))
}

function readDtype(record: JsonRecord): Profile['dtype'] {
  const text = jsonText(record, 'dtype')
  const dtype = featureDtypes.find((each) => each === text)
  if (dtype === undefined)
    throw new MainwardError('invalid-input', `dtype: expected one of ${featureDtypes.join(', ')}, found ${text}`)
  return dtype
}

function writeNumber(value: number | bigint | null): Json {
  return typeof value === 'bigint' ? String(value) : value
}

function readNumber(record: JsonRecord, name: string): number | bigint | null {
  const value = record[name] ?? null
  return value === null ? null : typeof value === 'string' ? BigInt(value) : jsonNumber(record, name)
}

function readMoments(part: JsonRecord): Moments {
  const of = (name: keyof Moments): number => jsonNumber(part, name)
  return { count: of('count'), mean: of('mean'), m2: of('m2'), m3: of('m3'), m4: of('m4') }
}

function writeBins(bins: ReadonlyMap<number, number>): Json {
  return [...bins].sort(([a], [b]) => a - b)
}

function readBins(part: JsonRecord): LogBins {
  const read = (name: string): ReadonlyMap<number, number> =>
    new Map(
      jsonList(part, name).map((pair): readonly [number, number] => {
        const [index = NaN, count = NaN] = jsonNumbers({ pair }, 'pair')
        return [index, count]
      }),
    )
  return { positive: read('positive'), negative: read('negative'), zeros: jsonNumber(part, 'zeros') }
}

function readHistogram(part: JsonRecord): Histogram {
  return {
    edges: jsonNumbers(part, 'edges'),
    counts: jsonNumbers(part, 'counts'),
    underflow: jsonNumber(part, 'underflow'),
    overflow: jsonNumber(part, 'overflow'),
  }
}

function readCategories(part: JsonRecord): TopCategories {
  return {
    limit: jsonNumber(part, 'limit'),
    categories: jsonList(part, 'categories').map((written): Category => {
      const category = jsonRecord(written, 'a category')
      return {
        value: jsonText(category, 'value'),
        count: jsonNumber(category, 'count'),
        error: jsonNumber(category, 'error'),
      }
    }),
    unlistedAtMost: jsonNumber(part, 'unlistedAtMost'),
  }
}
