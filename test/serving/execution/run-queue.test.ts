import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { RunQueue, type QueueOptions, type RunJob } from '../../../reconciler/serving/execution/run-queue.ts'

const options: QueueOptions = {
  batches: true,
  budgetMs: 100,
  longestRunMs: 10,
  limits: { batchRows: 8, batchBytes: 1000 },
}

interface JobChanges extends Partial<RunJob> {
  readonly width?: number
}

const score = ['score']

function job({ rows = 1, width = 1, ...changes }: JobChanges = {}): RunJob {
  return {
    inputs: { x: { datatype: 'FP32', shape: [rows, width], data: new Float32Array(rows * width) } },
    outputNames: score,
    rows,
    queuedAt: 0,
    queuedAtWork: 0,
    isPart: false,
    resolve: () => undefined,
    reject: () => undefined,
    ended: () => undefined,
    ...changes,
  }
}

function queueOf(jobs: readonly RunJob[], changes: Partial<QueueOptions> = {}): RunQueue {
  const queue = new RunQueue({ ...options, ...changes })
  for (const waiting of jobs) queue.push(waiting)
  return queue
}

/** The sizes of the batches in which everything is handed out. */
function batchSizes(queue: RunQueue): number[] {
  const sizes: number[] = []
  while (queue.length > 0) sizes.push(queue.takeNext(0).batch.length)
  return sizes
}

describe('a batch', () => {
  it('has no more rows than the bound, but a larger request is run alone', () => {
    expect(batchSizes(queueOf([5, 3, 1, 20, 7].map((rows) => job({ rows }))))).toEqual([2, 1, 1, 1])
  })

  it('has no more bytes than the bound', () => {
    expect(batchSizes(queueOf(Array.from({ length: 5 }, () => job({ width: 100 }))))).toEqual([2, 2, 1])
  })

  it('takes no longer than the bound, by what runs have cost', () => {
    const queue = queueOf(Array.from({ length: 7 }, () => job()))
    for (const rows of [1, 2, 1, 2]) queue.cost.observe(rows, 3 * rows)
    expect(batchSizes(queue)).toEqual([3, 3, 1])
  })

  it('shares inner shapes and output names, and keeps the order', () => {
    const jobs = [job(), job(), job({ width: 2 }), job({ outputNames: ['label'] }), job({ outputNames: ['score'] }), job()]
    const queue = queueOf(jobs)
    const taken = [0, 0, 0, 0].map(() => queue.takeNext(0).batch)
    expect(taken.map(({ length }) => length)).toEqual([2, 1, 1, 2])
    expect(taken.flat()).toEqual(jobs)
  })

  it('is a single request where rows depend on each other', () => {
    expect(batchSizes(queueOf([job(), job(), job()], { batches: false }))).toEqual([1, 1, 1])
  })

  it('that failed comes back one by one, before the rest', () => {
    const queue = queueOf([job(), job(), job({ width: 2 })])
    const { batch } = queue.takeNext(0)
    queue.putBack(batch)
    expect(queue.length).toBe(3)
    expect([1, 2, 3].map(() => queue.takeNext(0).batch)).toEqual([[batch[0]], [batch[1]], [expect.anything()]])
    expect(queue.takeNext(0)).toEqual({ batch: [], late: [] })
  })

  it('leaves out what has waited for so long that it could not be answered in time', () => {
    const queue = queueOf([0, 30, 60, 80].map((queuedAtWork) => job({ queuedAtWork })))
    queue.cost.observe(1, 20)
    const { batch, late } = queue.takeNext(100)
    expect(late.map(({ queuedAtWork }) => queuedAtWork)).toEqual([0, 30])
    expect(batch.map(({ queuedAtWork }) => queuedAtWork)).toEqual([60, 80])
    expect(queue.length).toBe(0)
  })

  it('of a model slower than its budget is still run for whoever asks alone', () => {
    const queue = queueOf([job()])
    queue.cost.observe(1, 500)
    expect(queue.takeNext(2).batch).toHaveLength(1)
  })

  it('never leaves out the parts of a request that was taken in', () => {
    expect(queueOf([job({ isPart: true })]).takeNext(10_000).batch).toHaveLength(1)
  })
})

describe('admission', () => {
  /** 10 ms a run of one row, without batches. */
  function slowQueue(waiting: number): RunQueue {
    const queue = queueOf(
      Array.from({ length: waiting }, () => job()),
      { batches: false },
    )
    queue.cost.observe(1, 10)
    return queue
  }

  it('takes in what will be answered within six tenths of the budget, and says how long the queue is', () => {
    expect(() => slowQueue(5).admit(1, 1, 0)).not.toThrow()
    expect(() => slowQueue(6).admit(1, 1, 0)).toThrow(
      expect.objectContaining({
        code: 'unavailable',
        retryAfterMs: 60,
        message: expect.stringContaining('60 ms long') as string,
      }),
    )
  })

  it('counts the run that is under way, and that others get their turn', () => {
    expect(() => slowQueue(3).admit(1, 1, 21)).toThrow()
    expect(() => slowQueue(2).admit(1, 2, 0)).not.toThrow()
    expect(() => slowQueue(3).admit(1, 3, 0)).toThrow()
  })

  it('does not take a run for endless that only this process held up, but one that is late by more than a second', () => {
    expect(() => slowQueue(3).admit(1, 1, -900)).not.toThrow()
    expect(() => slowQueue(3).admit(1, 1, -2000)).toThrow(expect.objectContaining({ retryAfterMs: 2030 }))
  })

  it('always takes in what has nothing before it', () => {
    const queue = slowQueue(0)
    queue.cost.observe(1, 100_000)
    expect(() => queue.admit(1000, 4, 0)).not.toThrow()
  })

  it('knows that a batch is one run', () => {
    const queue = queueOf(Array.from({ length: 24 }, () => job()))
    for (const rows of [1, 8, 1, 8]) queue.cost.observe(rows, 5 + 0.1 * rows)
    expect(() => queue.admit(1, 1, 0)).not.toThrow()
    expect(() => queue.admit(1, 10, 0)).toThrow(
      expect.objectContaining({ retryAfterMs: expect.closeTo(10 * 3 * 5.8, 0) as number }),
    )
  })

  it('forgets what was handed out', () => {
    const queue = slowQueue(9)
    for (let count = 0; count < 9; count++) queue.takeNext(0)
    expect(() => queue.admit(1, 1, 50)).not.toThrow()
    expect(queue.length).toBe(0)
  })
})

it('what was taken is let go of, though others still wait', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const queue = queueOf([job({ rows: 1000 }), job()], { batches: false })
  const take = (): WeakRef<object> => {
    const [taken] = queue.takeNext(0).batch
    if (taken === undefined) throw new Error('a run waits')
    return new WeakRef(taken.inputs)
  }
  const inputs = take()
  await new Promise((resolve) => setImmediate(resolve))
  collect()
  expect(inputs.deref()).toBeUndefined()
  expect(queue.length).toBe(1)
})
