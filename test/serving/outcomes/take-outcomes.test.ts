/** Outcomes as they come in: what is taken, what is refused and where, what makes two of them the same. */
import { describe, expect, it } from 'vitest'
import { MainwardError } from '../../../reconciler/core/error.ts'
import { buildOutcomesRoute } from '../../../reconciler/serving/http/outcomes-route.ts'
import { defaultLimits } from '../../../reconciler/serving/limits.ts'
import type { OutcomeRecord } from '../../../reconciler/serving/outcomes/outcome-record.ts'
import type { OutcomeSink } from '../../../reconciler/serving/outcomes/take-outcomes.ts'
import { buildRequestSchemas, compileRequestValidators } from '../../../reconciler/serving/protocol/request-schemas.ts'

const wallMs = Date.UTC(2026, 10, 24, 10)
const dataTime = '2013-06-10T00:00:00.000Z'

function createRoute(append?: (lines: string, count: number) => Promise<void>) {
  const lines: string[] = []
  const sink: OutcomeSink = {
    append: append ?? ((text) => Promise.resolve(void lines.push(...text.split('\n').slice(0, -1)))),
  }
  const validators = compileRequestValidators(buildRequestSchemas(defaultLimits))
  const route = buildOutcomesRoute({
    sink,
    environment: 'production',
    limits: defaultLimits,
    validate: (body) => validators.outcomes(body),
    wallNow: () => wallMs,
    dataTime: () => dataTime,
  })
  const send = async (body: unknown) =>
    route.answer({
      params: {},
      headers: {},
      requestId: 'r',
      receivedAt: 0,
      body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    })
  return { send, records: () => lines.map((line) => JSON.parse(line) as OutcomeRecord) }
}

async function read(...outcomes: readonly object[]): Promise<readonly OutcomeRecord[]> {
  const { send, records } = createRoute()
  expect(await send({ outcomes })).toMatchObject({ status: 202, body: `{"accepted":${outcomes.length}}` })
  return records()
}

describe('an outcome', () => {
  it('is a label or an event, of a request and row, or of a unit and model', async () => {
    const time = '2013-06-09T12:00:00+02:00'
    const shared = { environment: 'production', received_at: '2026-11-24T10:00:00.000Z' }
    expect(
      await read(
        { id: 'a', request_id: 'r1', label: true },
        { id: 'b', request_id: 'r1', row: 3, model: 'm', event: 'clicked', value: 2.5, time },
        { id: 'c', unit: 17, model: 'm', label: 'late', time },
        { id: 'd', unit: 'u', model: 'm', event: 'left' },
      ),
    ).toEqual([
      { ...shared, id: 'a', time: dataTime, request_id: 'r1', row_index: 0, label: true },
      {
        ...shared,
        id: 'b',
        time: '2013-06-09T10:00:00.000Z',
        request_id: 'r1',
        row_index: 3,
        model: 'm',
        event: 'clicked',
        value: 2.5,
      },
      { ...shared, id: 'c', time: '2013-06-09T10:00:00.000Z', unit: '17', model: 'm', label: 'late' },
      { ...shared, id: 'd', time: dataTime, unit: 'u', model: 'm', event: 'left' },
    ])
  })

  it('without an id is the same when it says the same', async () => {
    const same = await read({ request_id: 'r', label: 1 }, { request_id: 'r', row: 0, label: 1 })
    expect(new Set(same.map(({ id }) => id)).size).toBe(1)
    const other = [
      { request_id: 'r', label: 1 },
      { request_id: 'r', label: '1' },
      { request_id: 'r', label: true },
      { request_id: 'r', row: 1, label: 1 },
      { request_id: 'r', label: 1, time: '2013-06-09T00:00Z' },
      { request_id: 'r', event: 'e' },
      { request_id: 'r', event: 'e', value: 1 },
      { unit: 'r', model: 'm', label: 1 },
    ]
    expect(new Set((await read(...other)).map(({ id }) => id)).size).toBe(other.length)
  })

  it('may have any text: what Postgres can not store is replaced', async () => {
    const [record] = await read({ id: 'i\0', unit: 'u\0\ud800', model: 'm', label: 'x\0' })
    expect(record).toMatchObject({ id: 'i\ufffd', unit: 'u\ufffd\ufffd', label: 'x\ufffd' })
  })
})

describe('a request with outcomes', () => {
  const good = { request_id: 'r', label: 1 }
  it.each([
    ['no outcome', { outcomes: [] }, /^outcomes: at least 1 must be there, found 0$/],
    ['too many', { outcomes: new Array(10_001).fill(good) }, /outcomes: at most 10000 are allowed, found 10001/],
    ['no list', {}, /"outcomes" is missing/],
    ['nobody', { outcomes: [good, { label: 1 }] }, /^outcomes\[1\]: expected request_id, or unit and model$/],
    ['both', { outcomes: [{ ...good, unit: 'u', model: 'm' }] }, /^outcomes\[0\]: expected request_id or unit, found both$/],
    ['a unit without model', { outcomes: [{ unit: 'u', label: 1 }] }, /^outcomes\[0\]: a unit needs the model$/],
    ['a row of a unit', { outcomes: [{ unit: 'u', model: 'm', row: 1, label: 1 }] }, /^outcomes\[0\]: row belongs to request_id/],
    ['an empty unit', { outcomes: [{ unit: '', model: 'm', label: 1 }] }, /^outcomes\[0\]: expected request_id/],
    [
      'neither label nor event',
      { outcomes: [good, good, { request_id: 'r' }] },
      /^outcomes\[2\]: expected one of label and event$/,
    ],
    ['label and event', { outcomes: [{ ...good, event: 'e' }] }, /^outcomes\[0\]: expected one of label and event$/],
    ['the value of a label', { outcomes: [{ ...good, value: 1 }] }, /^outcomes\[0\]: value belongs to event/],
    ['an unknown member', { outcomes: [{ ...good, lable: 1 }] }, /outcomes\[0\]: unknown member "lable"/],
    [
      'a label of null',
      { outcomes: [good, { request_id: 'r', label: null }] },
      /^outcomes\[1\]\.label: expected a number, true or false or a string, found null$/,
    ],
    [
      'a long label',
      { outcomes: [{ request_id: 'r', label: 'x'.repeat(1001) }] },
      /^outcomes\[0\]\.label: at most 1000 characters/,
    ],
    ['a negative row', { outcomes: [{ ...good, row: -1 }] }, /^outcomes\[0\]\.row: expected at least 0, found -1$/],
    ['an event with spaces', { outcomes: [{ request_id: 'r', event: 'a b' }] }, /outcomes\[0\]\.event must match pattern/],
    ['a time without zone', { outcomes: [{ ...good, time: '2013-06-09T00:00:00' }] }, /^outcomes\[0\]\.time: expected ISO 8601/],
    ['a wrong time', { outcomes: [{ ...good, time: '2013-13-09T00:00:00Z' }] }, /^outcomes\[0\]\.time: expected ISO 8601/],
    [
      'a time past the retention',
      { outcomes: [{ ...good, time: '2012-05-01T00:00Z' }] },
      /more than 400 days before the data clock/,
    ],
    ['a time far ahead', { outcomes: [{ ...good, time: '2013-08-01T00:00Z' }] }, /more than 31 days after the data clock/],
    [
      'an infinite label',
      '{"outcomes":[{"request_id":"r","label":1e400}]}',
      /^outcomes\[0\]\.label: expected a number, .* found Infinity$/,
    ],
    ['no JSON', '{', /the body is not JSON/],
  ])('is refused as a whole with %s', async (_, body, message) => {
    const { send, records } = createRoute()
    await expect(send(body)).rejects.toThrow(message)
    await expect(send(body)).rejects.toMatchObject({ code: 'invalid-input' })
    expect(records()).toEqual([])
  })

  it('is not acknowledged when the disk did not take it', async () => {
    const { send } = createRoute(() => Promise.reject(new MainwardError('unavailable', 'no space left')))
    await expect(send({ outcomes: [good] })).rejects.toMatchObject({ code: 'unavailable' })
  })
})
