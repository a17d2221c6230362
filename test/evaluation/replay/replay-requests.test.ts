/** Replays of recorded requests through two real ONNX files; what changes is computed by hand. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Json } from '../../../reconciler/core/digest.ts'
import { packageRoot } from '../../../reconciler/core/package-root.ts'
import { readRequestsFile } from '../../../reconciler/cli/train/recorded-requests.ts'
import type { ScoredModel } from '../../../reconciler/evaluation/behaviour/request-scorer.ts'
import type { RecordedRequest } from '../../../reconciler/evaluation/replay/recorded-request.ts'
import { replayRequests } from '../../../reconciler/evaluation/replay/replay-requests.ts'
import { loadOnnxModel } from '../../../reconciler/inference/onnx-runtime.ts'
import type { RowLayout } from '../../../reconciler/inference/rows/row-assembler.ts'
import { makeReferenceModels, type ReferenceModels } from '../../inference/reference-models.ts'
import { makingTimeoutMs } from '../../support/python-environment.ts'

let models: ReferenceModels

beforeAll(async () => {
  models = await makeReferenceModels('test/evaluation/behaviour/support/models.py')
}, makingTimeoutMs)

const windLayout: RowLayout = {
  signature: {
    inputs: [{ name: 'input', datatype: 'FP32', shape: [-1, 2], features: ['wind', 'windy'] }],
    outputs: { score: 'both', positiveIndex: 1 },
  },
  requestFeatures: [{ name: 'wind', dtype: 'float32' }],
  onDemand: [{ name: 'windy', dtype: 'bool', cel: 'wind > 20' }],
  nulls: { default: 'model' },
}

async function scored(file: string, change: Partial<ScoredModel> = {}): Promise<ScoredModel> {
  return { model: await loadOnnxModel(await models.bytes(file)), layout: windLayout, threshold: 0.3, classes: null, ...change }
}

/** Production says wind / 100 + 0.1 (and 0.25 more above 20), the candidate wind / 50 + 0.1 likewise. */
async function pair(change: Partial<ScoredModel> = {}) {
  return { source: 'records.jsonl', candidate: await scored('wind-other', change), production: await scored('wind') }
}

const request = (fields: Readonly<Record<string, Json>>, unit: string | null = null): RecordedRequest => ({
  requestId: unit === null ? null : `r-${unit}`,
  unit,
  fields,
})

/** Production: 0.15, 0.21, 0.28, 0.65. Candidate: 0.2, 0.32, 0.46, 0.95. The second and third become positive. */
const requests = [
  request({ wind: 5, carrier: 'UA', hour: 7 }, 'a'),
  request({ wind: 11, carrier: 'AA', hour: 8 }, 'b'),
  request({ wind: 18, carrier: 'AA', hour: 7 }, 'c'),
  request({ wind: 30, carrier: null, hour: 8 }, 'd'),
]

describe('a replay', () => {
  it('counts decisions that change, for whom, and how far scores move', async () => {
    expect(await replayRequests({ ...(await pair()), requests })).toEqual({
      source: 'records.jsonl',
      requests: 4,
      failed: 0,
      failures: [],
      decisionsChanged: 2,
      toPositive: 2,
      toNegative: 0,
      meanScoreChange: 0.16,
      maximumScoreChange: 0.3,
      // Of hours as many change as of all; of AA both.
      groups: [
        { column: 'carrier', value: 'AA', requests: 2, changed: 2 },
        { column: 'wind', value: '11', requests: 1, changed: 1 },
        { column: 'wind', value: '18', requests: 1, changed: 1 },
      ],
      examples: [
        { requestId: 'r-b', unit: 'b', candidate: 0.32, production: 0.21 },
        { requestId: 'r-c', unit: 'c', candidate: 0.46, production: 0.28 },
      ],
    })
  })

  it('goes the other way with the models exchanged', async () => {
    const { candidate, production, source } = await pair()
    const outcome = await replayRequests({ source, candidate: production, production: candidate, requests })
    expect(outcome).toMatchObject({
      decisionsChanged: 2,
      toPositive: 0,
      toNegative: 2,
      meanScoreChange: -0.16,
      maximumScoreChange: 0.3,
    })
  })

  it('changes decisions by the threshold alone', async () => {
    const production = await scored('wind')
    const outcome = await replayRequests({ source: 'x', candidate: { ...production, threshold: 0.2 }, production, requests })
    expect(outcome).toMatchObject({ decisionsChanged: 2, toPositive: 2, meanScoreChange: 0, maximumScoreChange: 0 })
  })

  it('says once which inputs the records do not have', async () => {
    const layout: RowLayout = {
      ...windLayout,
      signature: {
        ...windLayout.signature,
        inputs: [{ name: 'input', datatype: 'FP32', shape: [-1, 3], features: ['wind', 'windy', 'gust'] }],
      },
      requestFeatures: [...windLayout.requestFeatures, { name: 'gust', dtype: 'float32' }],
    }
    const gusty = await scored('wind-distance', { layout })
    const outcome = await replayRequests({ ...(await pair()), candidate: gusty, requests })
    expect(outcome).toMatchObject({ requests: 4, failed: 4, decisionsChanged: 0, examples: [], groups: [] })
    expect(outcome.failures).toEqual([{ of: 'candidate', because: 'the records have no gust', requests: 4 }])
  })

  it('tells apart what each of both could not answer, the most frequent first', async () => {
    const some = [...requests, request({ wind: null }), request({ wind: null }), request({ carrier: 'UA' })]
    const nulls = { ...windLayout, nulls: { default: 'reject' } as const }
    const outcome = await replayRequests({ ...(await pair({ layout: nulls })), requests: some })
    expect(outcome).toMatchObject({ requests: 7, failed: 3, decisionsChanged: 2 })
    expect(outcome.failures).toEqual([
      { of: 'candidate', because: 'wind: null is refused by the null policy of the model', requests: 2 },
      { of: 'production', because: 'the score is no finite number', requests: 2 },
      { of: 'candidate', because: 'the records have no wind', requests: 1 },
      { of: 'production', because: 'the records have no wind', requests: 1 },
    ])
  })

  it('does without what an on-demand feature reads where the record has its value', async () => {
    const layout = {
      ...windLayout,
      requestFeatures: [...windLayout.requestFeatures, { name: 'speed', dtype: 'float32' }],
      onDemand: [{ name: 'windy', dtype: 'bool', cel: 'speed > 20.0' }],
    } as const
    const model = await scored('wind', { layout })
    const outcome = await replayRequests({
      source: 'x',
      candidate: model,
      production: await scored('wind'),
      requests: [request({ wind: 5, windy: true })],
    })
    expect(outcome).toMatchObject({ failed: 0, decisionsChanged: 1, meanScoreChange: 0.25 })
  })

  it('knows the most likely of several classes, by name', async () => {
    const layout: RowLayout = {
      signature: {
        inputs: [{ name: 'input', datatype: 'FP32', shape: [-1, 2], features: ['x', 'y'] }],
        outputs: { score: 'probabilities' },
      },
      requestFeatures: [
        { name: 'x', dtype: 'float32' },
        { name: 'y', dtype: 'float32' },
      ],
      nulls: { default: 'model' },
    }
    const shape = { layout, threshold: null }
    const production = await scored('classes', { ...shape, classes: ['a', 'b', 'c'] })
    const candidate = await scored('classes', { ...shape, classes: ['b', 'a', 'c'] })
    const outcome = await replayRequests({
      source: 'x',
      candidate,
      production,
      requests: [request({ x: 6, y: 3 }), request({ x: 1, y: 2 })],
    })
    // (0.6, 0.3, 0.1): a against b. (0.1, 0.2, 0.7): c for both. a and b move by 0.3, and by 0.1.
    expect(outcome).toMatchObject({
      decisionsChanged: 1,
      toPositive: 0,
      toNegative: 0,
      meanScoreChange: 0.2,
      maximumScoreChange: 0.3,
    })
    expect(outcome.examples).toEqual([{ requestId: null, unit: null, candidate: 0.6, production: 0.6 }])
    await expect(
      replayRequests({ source: 'x', candidate, production: { ...production, classes: null }, requests: [] }),
    ).rejects.toThrow('expected two models of one task')
  })

  it('has no groups of an input with many values, and is one pass over any number', async () => {
    const many = Array.from({ length: 3000 }, (_, index) =>
      request({ wind: index % 3 === 0 ? 5 : 11, number: index, carrier: index % 3 === 0 ? 'UA' : 'AA' }),
    )
    const outcome = await replayRequests({ ...(await pair()), requests: many })
    expect(outcome).toMatchObject({ requests: 3000, decisionsChanged: 2000 })
    expect(outcome.groups).toEqual([
      { column: 'carrier', value: 'AA', requests: 2000, changed: 2000 },
      { column: 'wind', value: '11', requests: 2000, changed: 2000 },
    ])
    expect(outcome.examples).toHaveLength(10)
  })
})

describe('records of the example', () => {
  it('lack what its versions read of views: every request fails, for one reason', async () => {
    const bytes = await readFile(join(packageRoot, 'example-repo/models/flight-delay/versions/1.onnx'))
    const features = ['distance', 'sched_hour', 'temp']
    const layout: RowLayout = {
      signature: {
        inputs: [{ name: 'input', datatype: 'FP32', shape: [-1, 3], features }],
        outputs: { score: 'probabilities', positiveIndex: 1 },
      },
      requestFeatures: [
        { name: 'distance', dtype: 'int32' },
        { name: 'sched_hour', dtype: 'int32' },
      ],
      nulls: { default: 'model' },
    }
    const model = { model: await loadOnnxModel(bytes), layout, threshold: 0.5, classes: null }
    const records = await readRequestsFile(join(packageRoot, 'example-repo/data/replay-2013-06-07.jsonl.gz'), {
      model: 'flight-delay',
      last: 50,
    })
    const outcome = await replayRequests({ source: 'x', candidate: model, production: model, requests: records })
    expect(outcome).toMatchObject({ requests: 50, failed: 50 })
    expect(outcome.failures.map(({ because }) => because)).toEqual(['the records have no temp', 'the records have no temp'])
  })
})
