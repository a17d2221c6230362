/** Behaviour tests of real ONNX files whose scores are computed by hand: score = wind / 100 + (wind > 20 ? 0.25 : 0) + 0.1. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { BehaviourTest } from '../../../reconciler/core/behaviour-test.ts'
import type { TestOutcome } from '../../../reconciler/core/evaluation.ts'
import type { NullPolicy, OutputRoles } from '../../../reconciler/core/release.ts'
import { runBehaviourTests } from '../../../reconciler/evaluation/behaviour/run-behaviour-tests.ts'
import type { ScoredModel } from '../../../reconciler/evaluation/behaviour/request-scorer.ts'
import type { SampledRow } from '../../../reconciler/evaluation/behaviour/sample-rows.ts'
import { loadOnnxModel } from '../../../reconciler/inference/onnx-runtime.ts'
import type { RowLayout } from '../../../reconciler/inference/rows/row-assembler.ts'
import { makeReferenceModels, type ReferenceModels } from '../../inference/reference-models.ts'
import { makingTimeoutMs } from '../../support/python-environment.ts'

let models: ReferenceModels

beforeAll(async () => {
  models = await makeReferenceModels('test/evaluation/behaviour/support/models.py')
}, makingTimeoutMs)

interface Variant {
  readonly file?: string
  readonly features?: readonly string[]
  readonly nulls?: NullPolicy
  readonly outputs?: OutputRoles
  readonly classes?: readonly string[]
}

async function candidate({
  file = 'wind',
  features = ['wind', 'windy'],
  nulls = { default: 'model' },
  outputs,
  classes,
}: Variant): Promise<ScoredModel> {
  const layout: RowLayout = {
    signature: {
      inputs: [{ name: 'input', datatype: 'FP32', shape: [-1, features.length], features }],
      outputs: outputs ?? { score: 'both', positiveIndex: 1 },
    },
    requestFeatures: [
      { name: 'wind', dtype: 'float32' },
      { name: 'distance', dtype: 'int64' },
      { name: 'carrier', dtype: 'string' },
    ],
    onDemand: [{ name: 'windy', dtype: 'bool', cel: 'wind > 20' }],
    nulls,
  }
  const model = await loadOnnxModel(await models.bytes(file))
  return { model, layout, threshold: classes === undefined ? 0.3 : null, classes: classes ?? null }
}

const winds = [5, 10, 18, 30]

/** As a training set has them: int64 as bigint, on-demand features beside. Scores: 0.15, 0.2, 0.28, 0.65. */
const rows: readonly SampledRow[] = winds.map((wind, row) => ({
  row,
  inputs: { wind, distance: BigInt(row * 100), carrier: 'UA', windy: wind > 20 },
}))

async function run(test: BehaviourTest, variant: Variant & { readonly rows?: readonly SampledRow[] } = {}): Promise<TestOutcome> {
  let clock = 0
  const [outcome] = await runBehaviourTests({
    tests: [test],
    candidate: await candidate(variant),
    sizeBytes: 1000,
    rows: variant.rows ?? rows,
    seed: 7,
    // Each look at the clock is a millisecond later than the last.
    now: () => (clock += 1),
  })
  if (outcome === undefined) throw new Error('a test has an outcome')
  return outcome
}

const sample = { rows: 200, mostly: 1 }
const golden = (
  row: Record<string, string | number | null>,
  expected: Extract<BehaviourTest, { type: 'golden' }>['expected'],
): BehaviourTest => {
  return { type: 'golden', name: 'it', row, expected }
}
const score = (value: number, tolerance = 0.001) => ({ type: 'score', score: value, tolerance, class: null }) as const
const directional = (change: Partial<Extract<BehaviourTest, { type: 'directional' }>>): BehaviourTest => {
  return { type: 'directional', name: 'it', feature: 'wind', change: { type: 'add', by: 5 }, score: 'up', tolerance: 0, class: null, ...sample, ...change } // prettier-ignore
}

describe('a golden test', () => {
  it('computes on-demand features, and passes within the tolerance', async () => {
    expect(await run(golden({ wind: 21, distance: 1, carrier: 'UA' }, score(0.56)))).toEqual({
      name: 'it',
      type: 'golden',
      status: 'passed',
      message: 'expected a score of 0.56 ± 0.001, found 0.56',
      rows: 1,
      failures: 0,
      examples: [],
    })
  })

  it('fails beyond the tolerance, and shows the row', async () => {
    const row = { wind: 21, distance: 1, carrier: 'UA' }
    const outcome = await run(golden(row, score(0.558)))
    expect(outcome).toMatchObject({ status: 'failed', failures: 1, message: 'expected a score of 0.558 ± 0.001, found 0.56' })
    expect(outcome.examples).toEqual([{ inputs: row, score: 0.56 }])
  })

  it('knows the decision, which is true at the threshold', async () => {
    expect((await run(golden({ wind: 19 }, { type: 'decision', decision: false }))).status).toBe('passed')
    expect((await run(golden({ wind: 21 }, { type: 'decision', decision: true }))).status).toBe('passed')
    expect(await run(golden({ wind: 21 }, { type: 'decision', decision: false }))).toMatchObject({
      status: 'failed',
      message: 'expected the decision false, found true',
    })
  })

  it('fails where the model answers with no number', async () => {
    expect(await run(golden({ wind: null }, score(0.5, 0.4)))).toMatchObject({
      status: 'failed',
      message: 'expected a score of 0.5 ± 0.4, found NaN',
    })
    expect(await run(golden({ wind: null }, { type: 'decision', decision: false }))).toMatchObject({
      status: 'failed',
      message: 'expected the decision false, found no score',
    })
  })

  it('is an error where the model refuses the row', async () => {
    const outcome = await run(golden({ wind: null }, score(0.5)), { nulls: { default: 'reject' } })
    expect(outcome).toMatchObject({ status: 'error', rows: 0 })
    expect(outcome.message).toBe('the model refuses the row: wind: null is refused by the null policy of the model')
    expect((await run(golden({ wind: 'calm' }, score(0.5)))).message).toContain('expected a number, found "calm"')
    expect((await run(golden({ carrier: 'UA' }, score(0.5)))).message).toBe(
      'the model refuses the row: "wind" is missing; send null when its value is not known',
    )
  })

  it('knows the label of several classes', async () => {
    const several = { file: 'classes', features: ['x', 'y'], outputs: { score: 'probabilities' }, classes: ['a', 'b', 'c'] }
    expect((await run(golden({ x: 6, y: 3 }, { type: 'label', label: 'a' }), several)).status).toBe('passed')
    expect((await run(golden({ x: 1, y: 1 }, { type: 'label', label: 'a' }), several)).message).toBe(
      'expected the label a, found c',
    )
    const half = { type: 'score', score: 0.3, tolerance: 0.001, class: 'b' } as const
    expect((await run(golden({ x: 6, y: 3 }, half), several)).status).toBe('passed')
    const unknown = await run(golden({ x: 6, y: 3 }, { ...half, class: 'd' }), several)
    expect(unknown).toMatchObject({
      status: 'error',
      message: 'expected one of the classes of the model (a, b, c) in it, found d',
    })
  })
})

describe('a directional test', () => {
  it('passes where the score of every row goes its way', async () => {
    expect(await run(directional({}))).toEqual({
      name: 'it',
      type: 'directional',
      status: 'passed',
      message: 'expected of every row: the score goes up when wind grows by 5; true of 4 of 4 rows',
      rows: 4,
      failures: 0,
      examples: [],
    })
  })

  it('computes what depends on the change again, and shows the worst rows first', async () => {
    const outcome = await run(directional({ score: 'down' }))
    expect(outcome).toMatchObject({ status: 'failed', rows: 4, failures: 4 })
    expect(outcome.message).toBe('expected of every row: the score goes down when wind grows by 5; true of 0 of 4 rows')
    // 18 becomes 23, which is windy: 0.28 to 0.58. All others go up by 0.05, as floats of 32 bits see it.
    expect(outcome.examples).toHaveLength(3)
    expect(outcome.examples[0]).toEqual({
      row: 2,
      inputs: { wind: 18, distance: 200, carrier: 'UA', windy: false },
      changed: { wind: 23 },
      score: 0.28,
      scoreAfter: 0.58,
    })
  })

  it.each([
    ['not-down', 'passed', 0],
    ['not-up', 'failed', 0],
    ['not-up', 'passed', 0.31],
    ['not-up', 'failed', 0.29],
    ['up', 'failed', 0.06],
  ] as const)('%s: %s with a tolerance of %d', async (way, status, tolerance) => {
    expect((await run(directional({ score: way, tolerance }))).status).toBe(status)
  })

  it('lets some rows fail where most must pass', async () => {
    // Only 18 moves by more than 0.06.
    expect(await run(directional({ score: 'not-up', tolerance: 0.06, mostly: 0.75 }))).toMatchObject({
      status: 'passed',
      failures: 1,
      rows: 4,
    })
    expect(await run(directional({ score: 'not-up', tolerance: 0.06, mostly: 0.76 }))).toMatchObject({
      status: 'failed',
      message:
        'expected of at least 76 % of rows: the score does not go up by more than 0.06 when wind grows by 5; true of 3 of 4 rows',
    })
  })

  it('sets and multiplies, also whole numbers of 64 bits', async () => {
    expect((await run(directional({ change: { type: 'set', to: 30 } }))).message).toContain(
      'true of 3 of 3 rows (1 more have nothing to change)',
    )
    expect((await run(directional({ change: { type: 'multiply', by: 2 } }))).status).toBe('passed')
    const far = { file: 'wind-distance', features: ['wind', 'windy', 'distance'] }
    expect(
      (await run(directional({ feature: 'distance', change: { type: 'multiply', by: 3 }, score: 'down' }), far)).message,
    ).toContain('true of 3 of 3 rows (1 more have nothing to change)')
    expect(
      (await run(directional({ feature: 'distance', change: { type: 'add', by: 1000 }, score: 'down', tolerance: 0.099 }), far))
        .status,
    ).toBe('passed')
  })

  it('fails for scores that are no numbers', async () => {
    const outcome = await run(directional({ change: { type: 'set', to: null }, score: 'not-up' }))
    expect(outcome).toMatchObject({ status: 'failed', failures: 4 })
    expect(outcome.examples[0]).toMatchObject({ changed: { wind: null }, scoreAfter: 'NaN' })
  })

  it('is an error where nothing can be changed, or not be computed again', async () => {
    const gone = rows.map(({ row, inputs }) => ({ row, inputs: { ...inputs, wind: null } }))
    expect(await run(directional({}), { rows: gone, nulls: { default: 0 } })).toMatchObject({
      status: 'error',
      message: 'expected rows in which wind can be changed, found none of 4',
    })
    expect((await run(directional({ feature: 'gust' }))).message).toBe(
      'expected the feature gust in the test part, found wind, distance, carrier, windy',
    )
    expect(await run(directional({}), { rows: [] })).toMatchObject({
      status: 'error',
      message: 'expected rows of the test part, found none',
    })
    const refusing = { nulls: { default: 'reject' } as const }
    expect(await run(directional({ change: { type: 'set', to: null } }), refusing)).toMatchObject({
      status: 'error',
      message: 'the model refuses a changed row: wind: null is refused by the null policy of the model',
    })
  })

  it('leaves out rows that a request would get an error for', async () => {
    const some = rows.map(({ row, inputs }) => ({ row, inputs: { ...inputs, wind: row === 1 ? NaN : (inputs['wind'] ?? null) } }))
    const outcome = await run(directional({}), { rows: some, nulls: { default: 'reject' } })
    expect(outcome).toMatchObject({ status: 'passed', rows: 3 })
    expect(outcome.message).toContain(
      'true of 3 of 3 rows (1 more refused: wind: null is refused by the null policy of the model)',
    )
  })
})

describe('an invariance test', () => {
  const invariance = (change: Partial<Extract<BehaviourTest, { type: 'invariance' }>>): BehaviourTest => {
    return { type: 'invariance', name: 'it', feature: 'wind', values: null, tolerance: 0.01, ...sample, ...change }
  }

  it('passes for what the model does not look at', async () => {
    expect(await run(invariance({ feature: 'carrier', values: ['AA', 'UA'], tolerance: 0 }))).toMatchObject({
      status: 'passed',
      rows: 4,
    })
    expect(await run(invariance({ feature: 'distance' }))).toMatchObject({
      status: 'passed',
      message:
        'expected of every row: the score stays within 0.01 when distance is the value of another row; true of 4 of 4 rows',
    })
  })

  it('tries every value, and shows the worst of a row', async () => {
    const outcome = await run(invariance({ values: [6, 30], tolerance: 0.46 }))
    // From 5, 10, 18 to 30: 0.5, 0.45, 0.37. From 30 to 6: 0.49.
    expect(outcome).toMatchObject({ status: 'failed', rows: 4, failures: 2 })
    expect(outcome.examples).toMatchObject([
      { row: 0, changed: { wind: 30 }, score: 0.15, scoreAfter: 0.65 },
      { row: 3, changed: { wind: 6 }, score: 0.65, scoreAfter: 0.16 },
    ])
  })

  it('takes values of other rows, which differ', async () => {
    const outcome = await run(invariance({ tolerance: 0.0001 }))
    expect(outcome).toMatchObject({ status: 'failed', rows: 4, failures: 4 })
    for (const { changed, inputs } of outcome.examples)
      expect((changed as { wind: number }).wind).not.toBe((inputs as { wind: number }).wind)
    expect(await run(invariance({ tolerance: 0.0001 }))).toEqual(outcome)
  })

  it('is an error where all rows have one value', async () => {
    expect(await run(invariance({ feature: 'carrier' }))).toMatchObject({
      status: 'error',
      message: 'expected rows in which carrier can be changed, found none of 4',
    })
  })

  it('looks at every class', async () => {
    const several = {
      file: 'classes',
      features: ['x', 'y'],
      outputs: { score: 'probabilities' },
      classes: ['a', 'b', 'c'],
      rows: [{ row: 0, inputs: { x: 2, y: 3 } }],
    }
    const outcome = await run(invariance({ feature: 'y', values: [5], tolerance: 0.1 }), several)
    // b from 0.3 to 0.5, c from 0.5 to 0.3, a stays.
    expect(outcome.examples).toMatchObject([{ class: 'b', score: 0.3, scoreAfter: 0.5 }])
  })
})

describe('a range test', () => {
  const range = (min: number | null, max: number | null): BehaviourTest => ({
    type: 'range',
    name: 'it',
    min,
    max,
    class: null,
    ...sample,
  })

  it('passes where scores are within the bounds', async () => {
    expect(await run(range(0.14, 0.66))).toMatchObject({
      status: 'passed',
      message: 'expected of every row: the score is from 0.14 to 0.66; true of 4 of 4 rows',
    })
  })

  it('fails beyond one of them', async () => {
    expect(await run(range(null, 0.64))).toMatchObject({ status: 'failed', failures: 1, examples: [{ row: 3, score: 0.65 }] })
    expect(await run(range(0.19, null))).toMatchObject({ status: 'failed', failures: 1, examples: [{ row: 0, score: 0.15 }] })
  })

  it('fails for what is no number', async () => {
    const some = [{ row: 9, inputs: { wind: null, distance: 1n } }]
    expect(await run(range(0.1, null), { rows: some })).toMatchObject({ status: 'failed', examples: [{ row: 9, score: 'NaN' }] })
  })
})

describe('a missing-value test', () => {
  const missing = (change: Partial<Extract<BehaviourTest, { type: 'missing' }>>): BehaviourTest => {
    return { type: 'missing', name: 'it', features: null, together: false, expect: 'score', rows: 3, ...change }
  }

  it('passes where the null policy has a number, and fails where the model answers NaN', async () => {
    expect(await run(missing({}), { nulls: { default: 0 } })).toMatchObject({
      status: 'passed',
      rows: 3,
      message: 'expected of every row: without each of wind, distance, carrier the score is a finite number; true of 3 of 3 rows',
    })
    const outcome = await run(missing({}))
    expect(outcome).toMatchObject({ status: 'failed', failures: 3 })
    expect(outcome.examples[0]).toMatchObject({ row: 0, changed: { wind: null }, scoreAfter: 'NaN' })
  })

  it('fails where a row is rejected that should be scored, and the other way', async () => {
    const refusing = { nulls: { default: 'reject' } as const }
    expect(await run(missing({ features: ['wind'], expect: 'rejected' }), refusing)).toMatchObject({ status: 'passed' })
    expect(await run(missing({ features: ['carrier'], expect: 'rejected' }), refusing)).toMatchObject({
      status: 'failed',
      failures: 3,
    })
    expect((await run(missing({ features: ['carrier', 'wind'] }), refusing)).examples[0]).toMatchObject({
      changed: { wind: null },
      rejected: 'wind: null is refused by the null policy of the model',
    })
  })

  it('lets all be missing at once', async () => {
    const outcome = await run(missing({ features: ['carrier', 'wind'], together: true }))
    expect(outcome.examples[0]).toMatchObject({ changed: { carrier: null, wind: null } })
  })
})

describe('budgets', () => {
  it('time runs: each takes a millisecond of this clock', async () => {
    const latency = (p50Ms: number | null, p99Ms: number | null): BehaviourTest => ({
      type: 'latency',
      name: 'it',
      p50Ms,
      p99Ms,
      runs: 100,
    })
    expect(await run(latency(1, 2))).toEqual({
      name: 'it',
      type: 'latency',
      status: 'passed',
      message: 'expected of 100 runs of one row p50 of at most 1 ms, found 1.0 ms; p99 of at most 2 ms, found 1.0 ms',
      rows: 100,
      failures: 0,
      examples: [],
    })
    expect(await run(latency(null, 0))).toMatchObject({ status: 'failed', failures: 100 })
  })

  it('know the size of the file', async () => {
    expect(await run({ type: 'size', name: 'it', bytes: 1000 })).toMatchObject({ status: 'passed' })
    expect(await run({ type: 'size', name: 'it', bytes: 999 })).toMatchObject({
      status: 'failed',
      message: 'expected a model file of at most 999 bytes, found 1000',
    })
  })
})

describe('a model of one row at a time', () => {
  it('scores as the others do', async () => {
    const outcome = await run(directional({ score: 'down' }), { file: 'one-row' })
    expect(outcome.examples[0]).toMatchObject({ row: 2, score: 0.28, scoreAfter: 0.58 })
  })
})
