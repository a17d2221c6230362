/** The rules on behaviour tests that need no view: their form, the names that they use, values of request features, and that they can fail. */
import type { TestValue } from '../../core/behaviour-test.ts'
import { durationMs } from '../duration.ts'
import type { WrittenBehaviourTest, WrittenDirectionalTest, WrittenModelSpec } from '../generated/model.ts'
import { namesOf } from '../../expressions/names-of.ts'
import { featureNames } from '../model-feature-names.ts'
import { createHints } from '../nearest-name.ts'
import { testChangeProblem, testValueProblem } from '../test-value-problems.ts'
import type { KindCheck, Report, WrittenManifest } from './kind-definition.ts'
import { changeTypes, testTypes } from './model-tests.ts'
import { unfailing } from './unfailing-tests.ts'
import { escapePointer } from './request-features.ts'

type Model = WrittenManifest<WrittenModelSpec>

const rule = 'behaviour-test'

const nameReads = ['/spec/features', '/spec/requestFeatures', '/spec/onDemand', '/spec/onDemandOnly', '/spec/tests']

export const modelTestChecks: readonly KindCheck<WrittenModelSpec>[] = [
  { reads: ['/spec/tests'], check: checkForms },
  { reads: ['/spec/tests', '/spec/task'], check: checkTask },
  { reads: ['/spec/tests', '/spec/training'], check: checkRows },
  { reads: nameReads, check: checkNames },
  { reads: ['/spec/requestFeatures', '/spec/tests'], check: checkValues },
  { reads: ['/spec/tests', '/spec/task'], check: checkCanFail },
]

function checkForms({ spec: { tests = [] } }: Model, report: Report): void {
  const seen = new Set<string>()
  tests.forEach((test, index) => {
    const pointer = `/spec/tests/${index}`
    if (seen.has(test.name)) {
      report(`${pointer}/name`, {
        rule,
        message: `expected the name of every test once, found ${JSON.stringify(test.name)} again`,
      })
    }
    seen.add(test.name)
    reportChoice(test, testTypes, pointer, report)
    const { golden, directional, range, latency } = test
    if (golden !== undefined) {
      reportChoice(golden, ['score', 'decision', 'label'], `${pointer}/golden`, report)
      if (golden.tolerance !== undefined && golden.score === undefined) {
        report(`${pointer}/golden/tolerance`, { rule, message: 'expected a score beside tolerance, found none' })
      }
    }
    if (directional !== undefined) reportChoice(directional, changeTypes, `${pointer}/directional`, report)
    if (range !== undefined) checkRange(range, `${pointer}/range`, report)
    if (latency !== undefined && latency.p50 === undefined && latency.p99 === undefined) {
      report(`${pointer}/latency`, { rule, message: 'expected at least one of p50 and p99, found none' })
    }
  })
}

function reportChoice<Name extends string>(
  written: Partial<Record<Name, unknown>>,
  names: readonly Name[],
  pointer: string,
  report: Report,
): void {
  const found = names.filter((name) => written[name] !== undefined)
  if (found.length === 1) return
  const message = `expected exactly one of ${names.join(', ')}, found ${found.length === 0 ? 'none' : found.join(' and ')}`
  report(pointer, { rule, message })
}

function checkRange({ min, max }: { readonly min?: number; readonly max?: number }, pointer: string, report: Report): void {
  if (min === undefined && max === undefined) {
    report(pointer, { rule, message: 'expected at least one of min and max, found none' })
  } else if (min !== undefined && max !== undefined && min > max) {
    report(`${pointer}/min`, { rule, message: `expected a min of at most ${max}, which is max, found ${min}` })
  }
}

/** What a task does not predict can not be expected. */
function checkTask({ spec: { task, tests = [] } }: Model, report: Report): void {
  const hasClasses = task === 'multiclass-classification'
  tests.forEach(({ golden, directional, range }, index) => {
    const pointer = `/spec/tests/${index}`
    if (golden?.decision !== undefined && task !== 'binary-classification') {
      report(`${pointer}/golden/decision`, {
        rule,
        message: `expected no decision for the task ${task}, found one`,
        hint: hasClasses ? 'name the class in label' : 'write the value in score',
      })
    }
    if (golden?.label !== undefined && !hasClasses) {
      const hint = task === 'regression' ? 'write the value in score' : 'write decision: true or false'
      report(`${pointer}/golden/label`, { rule, message: `expected no label for the task ${task}, found one`, hint })
    }
    const scored = golden?.score === undefined && golden?.class === undefined ? undefined : golden
    for (const [type, written] of [
      ['golden', scored],
      ['directional', directional],
      ['range', range],
    ] as const) {
      if (written === undefined || (written.class !== undefined) === hasClasses) continue
      const message = hasClasses
        ? 'expected class: which of the probabilities is meant, found none'
        : `expected no class for the task ${task}, found one`
      report(`${pointer}/${type}${hasClasses ? '' : '/class'}`, { rule, message })
    }
  })
}

/** Most tests are tried on rows that nobody learned from. */
function checkRows({ spec: { tests = [], training } }: Model, report: Report): void {
  const { test: testPart = '0s', validation = '0s' } = training?.data ?? {}
  if (durationMs(testPart) > 0 || durationMs(validation) > 0) return
  tests.forEach((test, index) => {
    const type = testTypes.find((each) => test[each] !== undefined && each !== 'golden' && each !== 'size')
    if (type === undefined) return
    const message = `expected training.data.test beside a test of the type ${type}, found none: its rows are of the test part`
    report(`/spec/tests/${index}/${type}`, { rule, message })
  })
}

interface NamedUse {
  readonly name: string
  readonly pointer: string
  readonly part?: 'key'
  /** The test puts another value in its place, in rows of the training set. */
  readonly isChanged: boolean
}

function usesOf({ golden, invariance, directional, missing }: WrittenBehaviourTest, pointer: string): readonly NamedUse[] {
  const row = Object.keys(golden?.row ?? {}).map((name): NamedUse => {
    return { name, pointer: `${pointer}/golden/row/${escapePointer(name)}`, part: 'key', isChanged: false }
  })
  const missed =
    missing?.features?.map((name, at) => ({ name, pointer: `${pointer}/missing/features/${at}`, isChanged: true })) ?? []
  const changed = [
    ...(invariance === undefined
      ? []
      : [{ name: invariance.feature, pointer: `${pointer}/invariance/feature`, isChanged: true }]),
    ...(directional === undefined
      ? []
      : [{ name: directional.feature, pointer: `${pointer}/directional/feature`, isChanged: true }]),
  ]
  return [...row, ...changed, ...missed]
}

/** A model without any named feature takes its own matrix: its names are the version's alone. */
function checkNames({ spec }: Model, report: Report): void {
  const { tests = [], onDemand = [], onDemandOnly = [] } = spec
  const names = inputNames(spec)
  if (names.length === 0) return
  const hintFor = createHints(names)
  const computed = new Map(onDemand.map(({ name, cel }) => [name, namesOf(cel)]))
  const unchangeable = unchangeableNames(computed, onDemandOnly)
  tests.forEach((test, index) => {
    for (const { name, pointer, part, isChanged } of usesOf(test, `/spec/tests/${index}`)) {
      const found = JSON.stringify(name)
      if (computed.has(name)) {
        const message = `expected a feature that is sent or read from a view, found ${found}, which is computed of others`
        report(
          pointer,
          { rule: 'test-feature', message, hint: `name what it is computed of: ${computed.get(name)?.join(', ') ?? ''}` },
          part,
        )
      } else if (!names.includes(name)) {
        report(
          pointer,
          {
            rule: 'test-feature',
            message: `expected a feature that is sent or read from a view, found ${found}`,
            hint: hintFor(name),
          },
          part,
        )
      } else if (isChanged && unchangeable.has(name)) {
        const message = `expected a feature that the training set has, with all that is computed of it, found ${found}: ${unchangeable.get(name) ?? ''} is in onDemandOnly`
        report(pointer, { rule: 'test-feature', message, hint: 'a golden test gives all values of a row itself' }, part)
      }
    }
    reportMissing(test, names, `/spec/tests/${index}/golden/row`, report)
  })
}

function inputNames({ requestFeatures = [], features = [] }: WrittenModelSpec): readonly string[] {
  return [...requestFeatures.map(({ name }) => name), ...features.flatMap(featureNames)]
}

/**
 * Training sets leave out what on-demand features alone read; so what is computed of it and of another feature can not be computed again
 * when that one changes. By feature the one that is not there.
 */
function unchangeableNames(
  computed: ReadonlyMap<string, readonly string[]>,
  onDemandOnly: readonly string[],
): ReadonlyMap<string, string> {
  const found = new Map<string, string>(onDemandOnly.map((name) => [name, name]))
  const inputsOf = new Map<string, readonly string[]>()
  for (const [name, reads] of computed) {
    const inputs = reads.flatMap((each) => inputsOf.get(each) ?? [each])
    const absent = inputs.find((each) => onDemandOnly.includes(each))
    if (absent !== undefined) for (const each of inputs) if (!found.has(each)) found.set(each, absent)
    inputsOf.set(name, inputs)
  }
  return found
}

function reportMissing({ golden }: WrittenBehaviourTest, names: readonly string[], pointer: string, report: Report): void {
  if (golden === undefined) return
  const absent = names.filter((name) => !Object.hasOwn(golden.row, name))
  const [first] = absent
  if (first === undefined) return
  const others = absent.length === 1 ? '' : ` and ${absent.length - 1} more`
  const message = `expected a value for each of ${names.length} features, found none for ${first}${others}`
  report(pointer, { rule: 'test-feature', message, hint: 'write null for what is not known' })
}

/** Dtypes of views are another manifest's: features/test-value-checks.ts. */
function checkValues({ spec: { tests = [], requestFeatures = [] } }: Model, report: Report): void {
  const dtypes = new Map(requestFeatures.map(({ name, dtype }) => [name, dtype]))
  tests.forEach((test, index) => {
    for (const { name, value, pointer } of valuesOf(test, `/spec/tests/${index}`)) {
      const problem = testValueProblem(name, value, dtypes.get(name))
      if (problem !== null) report(pointer, problem)
    }
    const { directional } = test
    if (directional === undefined) return
    for (const type of ['add', 'multiply'] as const) {
      const by = directional[type]
      const problem =
        by === undefined ? null : testChangeProblem(directional.feature, { type, by }, dtypes.get(directional.feature))
      if (problem !== null) report(`/spec/tests/${index}/directional/${type}`, problem)
    }
  })
}

function valuesOf(
  { golden, invariance, directional }: WrittenBehaviourTest,
  pointer: string,
): readonly { readonly name: string; readonly value: TestValue; readonly pointer: string }[] {
  const row = Object.entries(golden?.row ?? {}).map(([name, value]) => ({
    name,
    value,
    pointer: `${pointer}/golden/row/${escapePointer(name)}`,
  }))
  const tried = (invariance?.values ?? []).map((value, at) => ({
    name: invariance?.feature ?? '',
    value,
    pointer: `${pointer}/invariance/values/${at}`,
  }))
  return [...row, ...tried, ...setOf(directional, `${pointer}/directional/set`)]
}

function setOf(directional: WrittenDirectionalTest | undefined, pointer: string) {
  return directional?.set === undefined ? [] : [{ name: directional.feature, value: directional.set, pointer }]
}

function checkCanFail({ spec: { task, tests = [] } }: Model, report: Report): void {
  tests.forEach((test, index) => {
    const found = unfailing(test, task)
    if (found !== null) report(`/spec/tests/${index}/${found.place}`, { rule: 'test-cannot-fail', message: found.message })
  })
}
