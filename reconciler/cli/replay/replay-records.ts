/**
 * Reads the records of a replay from a file, line by line, plain or gzip: the form that `mainward records` writes, of which a
 * replay needs four members (serving/recording/prediction-record.ts). Knows nothing of what is done with them.
 */
import type { Json } from '../../core/digest.ts'
import { readLines } from '../records/read-lines.ts'
import { isObject, parseRecordLine, wrongMember } from '../records/record-line.ts'

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
  for await (const { text, place, progress } of readLines(file)) yield { ...parseRecord(text, place), progress }
}

/** One line: `{ time, model, unit?, row }`; further members are left alone. */
export function parseRecord(line: string, place: string): Omit<ReplayRecord, 'progress'> {
  const { time, model, unit, row } = parseRecordLine(line, place)
  const timeMs = typeof time === 'string' ? Date.parse(time) : Number.NaN
  if (Number.isNaN(timeMs)) throw wrongMember(place, 'time: expected an ISO 8601 time', time)
  if (typeof model !== 'string' || model === '') throw wrongMember(place, 'model: expected a name', model)
  if (!isObject(row)) throw wrongMember(place, 'row: expected an object of features', row)
  if (unit !== undefined && unit !== null && typeof unit !== 'string' && typeof unit !== 'number') {
    throw wrongMember(place, 'unit: expected a text or a number', unit)
  }
  return { timeMs, model, unit: unit === undefined || unit === null ? null : String(unit), row: row as ReplayRecord['row'] }
}
