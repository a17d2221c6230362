/** Takes outcomes in: validates, writes down, and only then acknowledges. Framework-free: bytes in, the number of them out. */
import type { Instant } from '../../core/clock.ts'
import type { ServingLimits } from '../limits.ts'
import { parseJsonBody } from '../protocol/json-body.ts'
import { retentionDays } from '../recording/retention.ts'
import type { OutcomesRequest } from './outcomes-schema.ts'
import { readOutcomes } from './read-outcomes.ts'

/** Where outcomes are kept until the database has them. */
export interface OutcomeSink {
  /** Resolves when the lines are safe (fsync). Throws `unavailable`. */
  append(lines: string, count: number): Promise<void>
}

export interface OutcomeService {
  readonly sink: OutcomeSink
  readonly environment: string
  readonly limits: ServingLimits
  /** Throws `invalid-input`. */
  readonly validate: (body: unknown) => OutcomesRequest
  readonly wallNow: () => number
  /** The data clock when it is moved by hand; null: it is the wall clock. */
  readonly dataTime: () => Instant | null
}

/** Resolves with the number of outcomes, all of which are safe. Throws `invalid-input`, `unavailable`: then none is. */
export async function takeOutcomes(service: OutcomeService, body: Buffer): Promise<number> {
  const { sink, environment, limits, validate, wallNow, dataTime } = service
  const { outcomes } = validate(parseJsonBody(body, limits))
  const wallMs = wallNow()
  const moved = dataTime()
  const records = readOutcomes(outcomes, {
    environment,
    wallMs,
    dataMs: moved === null ? wallMs : Date.parse(moved),
    unitLength: limits.unitLength,
    retentionDays: retentionDays.outcomes,
  })
  await sink.append(records.map((record) => `${JSON.stringify(record)}\n`).join(''), records.length)
  return records.length
}
