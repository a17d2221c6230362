/** The JSON form of a profile, with a version. */
import type { Json } from '../core/digest.ts'
import { MainwardError } from '../core/error.ts'
import type { LogBins } from './log-bins.ts'
import type { Profile } from './profile.ts'

export const profileVersion = 1

/** Whole numbers of 64 bits are written as texts of digits, bins as lists of `[index, count]` in order. */
export function writeProfile({ smallest, greatest, bins, ...others }: Profile): Json {
  return {
    version: profileVersion,
    ...others,
    smallest: writeNumber(smallest),
    greatest: writeNumber(greatest),
    bins: bins === null ? null : { positive: writeBins(bins.positive), negative: writeBins(bins.negative), zeros: bins.zeros },
  } as unknown as Json
}

/** Throws `unsupported` for another version, and `invalid-input` for what is no profile. */
export function readProfile(written: Json): Profile {
  const record = asRecord(written)
  if (record['version'] !== profileVersion) {
    throw new MainwardError(
      'unsupported',
      `expected a profile of version ${profileVersion}, found ${JSON.stringify(record['version'])}`,
    )
  }
  const { version: _, smallest, greatest, bins, ...others } = record
  const read = { smallest: readNumber(smallest), greatest: readNumber(greatest), bins: readBins(bins ?? null) }
  return { ...(others as unknown as Omit<Profile, 'smallest' | 'greatest' | 'bins'>), ...read }
}

function asRecord(value: Json | undefined): Readonly<Record<string, Json>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, Json>>
  throw new MainwardError('invalid-input', 'expected a profile, found something else')
}

function writeNumber(value: number | bigint | null): Json {
  return typeof value === 'bigint' ? String(value) : value
}

function readNumber(value: Json | undefined): number | bigint | null {
  return typeof value === 'string' ? BigInt(value) : ((value ?? null) as number | null)
}

function writeBins(bins: ReadonlyMap<number, number>): Json {
  return [...bins].sort(([a], [b]) => a - b)
}

function readBins(value: Json): LogBins | null {
  if (value === null) return null
  const { positive, negative, zeros } = asRecord(value)
  const read = (pairs: Json | undefined) => new Map(pairs as unknown as readonly (readonly [number, number])[])
  return { positive: read(positive), negative: read(negative), zeros: Number(zeros) }
}
