/** Behaviour tests as a Model has them: as written, with every default filled, and what they mean. Judges none. */
import type { BehaviourTest, FeatureChange, GoldenExpectation, TestSample } from '../../core/behaviour-test.ts'
import type { Json } from '../../core/digest.ts'
import { durationMs, sizeBytes } from '../duration.ts'
import type { WrittenBehaviourTest, WrittenDirectionalTest, WrittenGoldenTest } from '../generated/model.ts'
import { writtenMembers } from './request-features.ts'

/** Members of a test that make it one of a type; exactly one is written. */
export const testTypes = ['golden', 'invariance', 'directional', 'range', 'missing', 'latency', 'size'] as const

/** What a row of a golden test may be away from its score. */
export const defaultTolerance = 0.01

/** What a change of a directional test may be; exactly one is written. */
export const changeTypes = ['add', 'set', 'multiply'] as const

const defaultRows = 200

/** Pointers to defaults of the schema that do not hold: of types that a test is not of, and of what stands beside a score alone. */
export function inapplicableTestDefaults(written: readonly WrittenBehaviourTest[]): readonly string[] {
  return written.flatMap((test, index) => [
    ...testTypes.filter((type) => test[type] === undefined).map((type) => `/spec/tests/${index}/${type}`),
    ...(test.golden?.score === undefined ? [`/spec/tests/${index}/golden/tolerance`] : []),
  ])
}

export function normaliseTests(written: readonly WrittenBehaviourTest[]): readonly BehaviourTest[] {
  return written.flatMap(normaliseTest)
}

/** None for a test without a type, which a rule has refused. */
function normaliseTest({ name, golden, invariance, directional, range, missing, latency, size }: WrittenBehaviourTest) {
  const tests: BehaviourTest[] = []
  if (golden !== undefined) tests.push({ type: 'golden', name, row: golden.row, expected: expectationOf(golden) })
  if (invariance !== undefined) {
    const { feature, values, tolerance } = invariance
    tests.push({ type: 'invariance', name, feature, values: values ?? null, tolerance, ...sampleOf(invariance) })
  }
  if (directional !== undefined) {
    const { feature, score, tolerance = 0, class: ofClass = null } = directional
    const change = changeOf(directional)
    tests.push({ type: 'directional', name, feature, change, score, tolerance, class: ofClass, ...sampleOf(directional) })
  }
  if (range !== undefined) {
    const { min = null, max = null, class: ofClass = null } = range
    tests.push({ type: 'range', name, min, max, class: ofClass, ...sampleOf(range) })
  }
  if (missing !== undefined) {
    const { features = null, together = false, expect = 'score', rows = defaultRows } = missing
    tests.push({ type: 'missing', name, features, together, expect, rows })
  }
  if (latency !== undefined) {
    const { p50, p99, runs = 500 } = latency
    tests.push({ type: 'latency', name, p50Ms: millisecondsOf(p50), p99Ms: millisecondsOf(p99), runs })
  }
  if (size !== undefined) tests.push({ type: 'size', name, bytes: sizeBytes(size.atMost) })
  return tests
}

function sampleOf({ rows = defaultRows, mostly = 1 }: Partial<TestSample>): TestSample {
  return { rows, mostly }
}

function expectationOf({
  score,
  tolerance = defaultTolerance,
  decision,
  label,
  class: ofClass,
}: WrittenGoldenTest): GoldenExpectation {
  if (score !== undefined) return { type: 'score', score, tolerance, class: ofClass ?? null }
  return label === undefined ? { type: 'decision', decision: decision ?? true } : { type: 'label', label }
}

function changeOf({ add, multiply, set = null }: WrittenDirectionalTest): FeatureChange {
  if (add !== undefined) return { type: 'add', by: add }
  return multiply === undefined ? { type: 'set', to: set } : { type: 'multiply', by: multiply }
}

function millisecondsOf(duration: string | undefined): number | null {
  return duration === undefined ? null : durationMs(duration)
}

/** As written; `1s` is `1000ms`, and `1Mi` is `1024Ki`. */
export function testsMeaning(written: readonly WrittenBehaviourTest[]): Json {
  return written.map(({ latency, size, ...test }) =>
    writtenMembers({
      ...test,
      latency:
        latency &&
        writtenMembers({ ...latency, p50: latency.p50 && durationMs(latency.p50), p99: latency.p99 && durationMs(latency.p99) }),
      size: size && { atMostBytes: sizeBytes(size.atMost) },
    }),
  )
}
