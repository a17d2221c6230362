/**
 * Reads the records of a replay from a file, line by line, plain or gzip: the form that `mainward records` writes, of which a
 * replay needs four members (serving/recording/prediction-record.ts). Knows nothing of what is done with them.
 */
import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import type { Json } from '../../core/digest.ts'
import { MainwardError, messageOf } from '../../core/error.ts'

/** One prediction to ask for. */
export interface ReplayRecord {
  /** Data time, milliseconds since the epoch. */
  readonly timeMs: number
  readonly model: string
  readonly unit: string | null
  readonly row: Readonly<Record<string, Json>>
  /** Share of the file's bytes that have been read, 0 to 1. */
  readonly progress: number
}

/** The records of a `.jsonl` or `.jsonl.gz` file. Throws `not-found`, and `invalid-input` with file and line. */
export async function* readReplayRecords(file: string): AsyncGenerator<ReplayRecord> {
  const handle = await open(file).catch((cause: unknown) => {
    throw new MainwardError('not-found', `can not read ${file}: ${messageOf(cause)}`, { cause })
  })
  const { size } = await handle.stat()
  const bytes = handle.createReadStream()
  const text = file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes
  const lines = createInterface({ input: text, crlfDelay: Infinity })
  let number = 0
  try {
    for await (const line of lines) {
      number += 1
      if (line.trim() !== '')
        yield { ...parseRecord(line, `${file}:${number}`), progress: size === 0 ? 1 : bytes.bytesRead / size }
    }
  } catch (thrown) {
    throw explainGzip(thrown, file)
  } finally {
    bytes.destroy()
  }
}

/** One line: `{ time, model, unit?, row }`; further members are left alone. */
export function parseRecord(line: string, place: string): Omit<ReplayRecord, 'progress'> {
  const { time, model, unit, row } = parseObject(line, place)
  const timeMs = typeof time === 'string' ? Date.parse(time) : Number.NaN
  if (Number.isNaN(timeMs)) throw invalid(place, 'time: expected an ISO 8601 time', time)
  if (typeof model !== 'string' || model === '') throw invalid(place, 'model: expected a name', model)
  if (!isObject(row)) throw invalid(place, 'row: expected an object of features', row)
  if (unit !== undefined && unit !== null && typeof unit !== 'string' && typeof unit !== 'number') {
    throw invalid(place, 'unit: expected a text or a number', unit)
  }
  return { timeMs, model, unit: unit === undefined || unit === null ? null : String(unit), row: row as ReplayRecord['row'] }
}

/** Errors of zlib are about the file; anything else stays what it is. */
function explainGzip(thrown: unknown, file: string): unknown {
  const { code } = thrown as NodeJS.ErrnoException
  if (code?.startsWith('Z_') !== true) return thrown
  return new MainwardError('invalid-input', `expected a gzip file, found ${file}: ${messageOf(thrown)}`, { cause: thrown })
}

function parseObject(line: string, place: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line)
    if (isObject(value)) return value
  } catch (cause) {
    throw new MainwardError('invalid-input', `${place} expected one JSON object: ${messageOf(cause)}`, { cause })
  }
  throw new MainwardError('invalid-input', `${place} expected one JSON object`)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function invalid(place: string, expected: string, found: unknown): MainwardError {
  return new MainwardError('invalid-input', `${place} ${expected}, found ${JSON.stringify(found) ?? 'nothing'}`)
}
