/** Everything but the data plane is gone for a while: what was answered and acknowledged meanwhile is in Postgres afterwards. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { benchRow, benchScore } from '../support/bench-model.ts'
import { send } from './support/running-cluster.ts'
import { ServedInstallation, type ServedProcess } from './support/served-installation.ts'

let installation: ServedInstallation

beforeEach(async () => {
  installation = await ServedInstallation.create()
})

afterEach(async () => {
  await installation.remove()
})

/** Ids of requests that were answered, and of outcomes that were acknowledged. */
interface Taken {
  readonly predictions: string[]
  readonly outcomes: string[]
}

/** A prediction and then its outcome, each on a connection of its own. */
async function use({ url }: ServedProcess, taken: Taken, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    const row = taken.predictions.length % 64
    const reply = await send(`${url}/v1/models/bench/predict`, { body: JSON.stringify({ rows: [benchRow(row)] }) })
    expect(reply.status, reply.body).toBe(200)
    const { request_id: requestId, predictions } = JSON.parse(reply.body) as Answer
    expect(predictions[0]?.score).toBeCloseTo(benchScore(row), 5)
    taken.predictions.push(requestId)
    const id = randomUUID()
    expect((await sendOutcome(url, id, requestId)).status).toBe(202)
    taken.outcomes.push(id)
  }
}

interface Answer {
  readonly request_id: string
  readonly predictions: readonly { readonly score: number }[]
}

function sendOutcome(url: string, id: string, requestId: string): ReturnType<typeof send> {
  return send(`${url}/v1/outcomes`, { body: JSON.stringify({ outcomes: [{ id, request_id: requestId, label: 1 }] }) })
}

async function column(sql: string): Promise<readonly string[]> {
  const { rows } = await installation.pool.query<{ value: string }>(sql)
  return rows.map(({ value }) => value)
}

const storedPredictions = () => column('select request_id as value from predictions order by 1')
const storedOutcomes = () => column('select id as value from outcomes order by 1')
const drained = (kind: string) =>
  column(`select split_part(segment, '/', 3) as value from spool_segments where segment like '%/${kind}/%' order by stored_at`)

/** The drain tries again after at most 15 s. */
const drainMs = 25_000

describe('with Postgres and the artifact store gone', () => {
  it('it answers, starts again from disk, and Postgres gets everything later: in order, nothing lost, nothing twice', async () => {
    const taken: Taken = { predictions: [], outcomes: [] }
    const first = await installation.serve()
    await use(first, taken, 5)
    await installation.beginOutage()
    await use(first, taken, 20)
    // Segments are closed after a second: several lie in each spool then.
    await sleep(1_200)
    await use(first, taken, 20)
    first.primary.kill('SIGTERM')
    expect(await first.ended).toEqual({ code: 0, signal: null })
    expect(first.log()).toContain('the source of serving states is down; serving goes on')

    const second = await installation.serve()
    await use(second, taken, 20)
    await sleep(1_200)
    const closed = (kind: 'predictions' | 'outcomes') => installation.spooled(kind).filter((name) => name.endsWith('.jsonl'))
    const waiting = { predictions: closed('predictions'), outcomes: closed('outcomes') }
    expect(Math.min(waiting.predictions.length, waiting.outcomes.length)).toBeGreaterThan(2)
    await installation.endOutage()
    await use(second, taken, 5)

    await expect.poll(storedOutcomes, { timeout: drainMs }).toEqual([...taken.outcomes].sort())
    await expect.poll(storedPredictions, { timeout: drainMs }).toEqual([...taken.predictions].sort())
    for (const kind of ['predictions', 'outcomes'] as const) {
      await expect.poll(() => installation.spooled(kind), { timeout: 5_000 }).toEqual([])
      const names = await drained(kind)
      expect(names.filter((name) => waiting[kind].includes(name))).toEqual(waiting[kind])
    }
    const labelled =
      'select count(*)::text as value from predictions p cross join lateral prediction_label(p) l where l.label = $$1$$'
    expect(await column(labelled)).toEqual([String(taken.predictions.length)])
  })

  it('the end of all processes at once loses no outcome that was acknowledged, and what is sent again counts once', async () => {
    await (await installation.serve()).killAll()
    await installation.beginOutage()
    const acknowledged = new Set<string>()
    const unsure = new Set<string>()
    for (let round = 0; round < 3; round++) {
      const serving = await installation.serve()
      const senders = Array.from({ length: 4 }, async () => {
        for (;;) {
          const [again] = unsure
          const id = again ?? randomUUID()
          unsure.delete(id)
          const reply = await sendOutcome(serving.url, id, 'some-request').catch(() => null)
          if (reply?.status === 202) acknowledged.add(id)
          else unsure.add(id)
          if (reply === null) return
        }
      })
      const before = acknowledged.size
      await expect.poll(() => acknowledged.size, { timeout: 10_000, interval: 5 }).toBeGreaterThan(before + 50 + round * 37)
      await serving.killAll()
      await Promise.all(senders)
    }
    await installation.endOutage()
    await installation.serve()
    const missing = async () => {
      const stored = new Set(await storedOutcomes())
      return [...acknowledged].filter((id) => !stored.has(id))
    }
    await expect.poll(missing, { timeout: drainMs }).toEqual([])
    await expect.poll(() => installation.spooled('outcomes'), { timeout: 10_000 }).toEqual([])
    const stored = await storedOutcomes()
    expect(new Set(stored).size).toBe(stored.length)
    expect(stored.filter((id) => !acknowledged.has(id) && !unsure.has(id))).toEqual([])
  })
})
