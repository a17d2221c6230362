/** Turns a valid request into outcome records: who they are about, when they happened, which id they have. Pure. */
import { toInstant } from '../../core/clock.ts'
import { digestValue } from '../../core/digest.ts'
import { MainwardError } from '../../core/error.ts'
import { unitText } from '../protocol/unit-text.ts'
import { cleanText } from '../recording/clean-text.ts'
import type { OutcomeRecord, OutcomeValue } from './outcome-record.ts'
import type { GivenOutcome } from './outcomes-schema.ts'

export interface OutcomeContext {
  readonly environment: string
  readonly wallMs: number
  /** The data clock. */
  readonly dataMs: number
  readonly unitLength: number
  /** Outcomes that happened longer ago are past their retention. */
  readonly retentionDays: number
}

const dayMs = 86_400_000
/** How far before the data clock's time an outcome may be sent: a replay may run ahead of its clock. */
const aheadDays = 31

const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/

/** Throws `invalid-input` with the index of the first wrong one. */
export function readOutcomes(given: readonly GivenOutcome[], context: OutcomeContext): readonly OutcomeRecord[] {
  return given.map((outcome, index) => {
    const place = `outcomes[${index}]`
    const { environment, wallMs, dataMs } = context
    const about = { ...readSubject(outcome, place, context), ...readContent(outcome, place) }
    const givenMs = outcome.time === undefined ? null : readTime(outcome.time, place, context)
    return {
      id: outcome.id === undefined ? digestValue({ ...about, time: givenMs }) : cleanText(outcome.id),
      environment,
      time: toInstant(givenMs ?? dataMs),
      received_at: toInstant(wallMs),
      ...about,
    }
  })
}

function readTime(text: string, place: string, { dataMs, retentionDays }: OutcomeContext): number {
  const timeMs = instantPattern.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(timeMs)) {
    throw invalid(
      `${place}.time: expected ISO 8601 with a zone (2026-11-24T10:00:00Z), found ${JSON.stringify(text.slice(0, 40))}`,
    )
  }
  if (timeMs < dataMs - retentionDays * dayMs) {
    throw invalid(`${place}.time: ${text} is more than ${retentionDays} days before the data clock (${toInstant(dataMs)})`)
  }
  if (timeMs > dataMs + aheadDays * dayMs) {
    throw invalid(`${place}.time: ${text} is more than ${aheadDays} days after the data clock (${toInstant(dataMs)})`)
  }
  return timeMs
}

function readSubject(
  { request_id: requestId, row, model, unit }: GivenOutcome,
  place: string,
  { unitLength }: OutcomeContext,
): Pick<OutcomeRecord, 'request_id' | 'row_index' | 'model' | 'unit'> {
  const named = model === undefined ? {} : { model: cleanText(model) }
  if (requestId !== undefined) {
    if (unit !== undefined) throw invalid(`${place}: expected request_id or unit, found both`)
    return { request_id: cleanText(requestId), row_index: row ?? 0, ...named }
  }
  const text = unitText(unit, unitLength, `${place}.unit`)
  if (text === null) throw invalid(`${place}: expected request_id, or unit and model`)
  if (model === undefined) throw invalid(`${place}: a unit needs the model`)
  if (row !== undefined) throw invalid(`${place}: row belongs to request_id; a unit has none`)
  return { unit: cleanText(text), ...named }
}

function readContent({ label, event, value }: GivenOutcome, place: string): Pick<OutcomeRecord, 'label' | 'event' | 'value'> {
  if ((label === undefined) === (event === undefined)) throw invalid(`${place}: expected one of label and event`)
  if (label !== undefined) {
    if (value !== undefined) throw invalid(`${place}: value belongs to event; a label is its own value`)
    return { label: cleanValue(label) }
  }
  return { event: event ?? '', ...(value === undefined ? {} : { value: cleanValue(value) }) }
}

function cleanValue(value: OutcomeValue): OutcomeValue {
  return typeof value === 'string' ? cleanText(value) : value
}

function invalid(message: string): MainwardError {
  return new MainwardError('invalid-input', message)
}
