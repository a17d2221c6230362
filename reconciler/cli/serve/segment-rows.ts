/** Turns lines of a spool segment into rows of the database: columns for what is asked for, the line itself for the rest. Pure. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { messageOf } from '../../core/error.ts'
import { copyRow } from '../../database/copy-text.ts'
import { dayOf } from '../../database/day-partitions.ts'
import type { RefusedRow, SegmentRow } from '../../database/segment-queries.ts'
import type { OutcomeRecord } from '../../serving/outcomes/outcome-record.ts'
import type { PredictionRecord } from '../../serving/recording/prediction-record.ts'

export interface SegmentRows {
  readonly rows: readonly SegmentRow[]
  readonly refused: readonly RefusedRow[]
  readonly expired: number
  /** Days of data time that the rows need. */
  readonly days: readonly number[]
}

/** The row for COPY, and its data time. Throws for a line that is no record. */
export type WriteRow = (line: string) => { readonly text: string; readonly timeMs: number }

/** The event loop gets its turn after so many lines. */
const sliceLines = 200

/** Lines of a time before `oldestMs` are only counted. */
export async function buildSegmentRows(lines: readonly string[], oldestMs: number, write: WriteRow): Promise<SegmentRows> {
  const rows: SegmentRow[] = []
  const refused: RefusedRow[] = []
  const days = new Set<number>()
  let expired = 0
  for (const [index, line] of lines.entries()) {
    if (index % sliceLines === sliceLines - 1) await nextTurn()
    try {
      const { text, timeMs } = write(line)
      if (timeMs < oldestMs) expired += 1
      else {
        days.add(dayOf(timeMs))
        rows.push({ line, text })
      }
    } catch (thrown) {
      refused.push({ line, reason: messageOf(thrown) })
    }
  }
  return { rows, refused, expired, days: [...days] }
}

export const writePredictionRow: WriteRow = (line) => {
  const record = parse<PredictionRecord>(line)
  const { score } = record
  const text = copyRow([
    required(record.environment, 'environment'),
    required(record.model, 'model'),
    required(record.time, 'time'),
    required(record.wall_time, 'wall_time'),
    required(record.request_id, 'request_id'),
    required(record.row_index, 'row_index'),
    record.unit ?? null,
    required(record.version, 'version'),
    record.variant ?? null,
    required(record.release, 'release'),
    required(record.sampled, 'sampled'),
    typeof score === 'number' ? score : null,
    line,
  ])
  return { text, timeMs: readTime(record.time) }
}

export const writeOutcomeRow: WriteRow = (line) => {
  const record = parse<OutcomeRecord>(line)
  const value = record.label ?? record.value
  const text = copyRow([
    required(record.environment, 'environment'),
    required(record.id, 'id'),
    required(record.time, 'time'),
    required(record.received_at, 'received_at'),
    record.model ?? null,
    record.request_id ?? null,
    record.row_index ?? null,
    record.unit ?? null,
    record.event ?? null,
    value === undefined ? null : JSON.stringify(value),
  ])
  return { text, timeMs: readTime(record.time) }
}

function parse<Kind>(line: string): Kind {
  const value: unknown = JSON.parse(line)
  if (value === null || typeof value !== 'object') throw new Error('expected an object')
  return value as Kind
}

function required<Value>(value: Value | undefined | null, name: string): Value {
  if (value === undefined || value === null) throw new Error(`expected ${name}, found nothing`)
  return value
}

function readTime(time: string): number {
  const timeMs = Date.parse(time)
  if (Number.isNaN(timeMs)) throw new Error(`expected a time, found ${time}`)
  return timeMs
}
