/** How a model is judged besides its rules: which rows judge it, what of them counts, and what is drawn for intervals. */
import { canonicalJson, type Json } from '../../core/digest.ts'
import { parseInstant } from '../../core/instant.ts'
import type { RuleChange } from '../../core/loosening.ts'
import type { ModelSpec } from '../../manifests/kinds/model.ts'
import { compareRanks, directionOf, type Step } from './compare-rules.ts'

interface Aspect {
  /** Where it is written. */
  readonly rule: string
  readonly say: (spec: ModelSpec) => string
  readonly step: (before: ModelSpec, after: ModelSpec) => Step
}

/** What a person can not tell the direction of is `changed`. */
export function compareJudging(name: string, before: ModelSpec, after: ModelSpec): readonly RuleChange[] {
  const changed = aspects.flatMap(({ rule, say, step }): readonly RuleChange[] => {
    const direction = directionOf([step(before, after)])
    return direction === null ? [] : [{ kind: 'Model', name, rule, direction, before: say(before), after: say(after) }]
  })
  return [...changed, ...compareMetrics(name, before, after), ...compareSlices(name, before, after)]
}

/** An aspect of which a change says nothing about its direction. */
function plain(rule: string, valueOf: (spec: ModelSpec) => Json): Aspect {
  const say = (spec: ModelSpec): string => {
    const value = valueOf(spec)
    return typeof value === 'string' ? value : canonicalJson(value)
  }
  return { rule, say, step: (before, after) => (say(before) === say(after) ? 0 : null) }
}

const aspects: readonly Aspect[] = [
  plain('task', ({ task }) => task),
  plain('label', ({ label }) => (label === null ? 'none' : { ...label })),
  plain('training.data.splitBy', ({ training }) => training?.data.splitBy ?? 'predictAt'),
  plain('training.weights', ({ training }) => training?.weights ?? 'every row counts the same'),
  plain('evaluation.positiveClass', ({ evaluation }) => evaluation.positiveClass),
  { rule: 'training.data.until', say: untilOf, step: compareUntil },
  { rule: 'training.data.test', say: describeJudged, step: compareJudged },
  { rule: 'evaluation.resampleBy', say: describeDraws, step: compareDraws },
  {
    rule: 'riskTier',
    say: ({ riskTier }) => riskTier,
    step: (before, after) => compareRanks(before.riskTier, after.riskTier, ['low', 'medium', 'high']),
  },
]

function untilOf({ training }: ModelSpec): string {
  return training?.data.until ?? 'none'
}

/** A later end is what every new month of rows brings; an earlier one chooses rows that are known already. */
function compareUntil(before: ModelSpec, after: ModelSpec): Step {
  const [old, next] = [before, after].map(untilOf)
  if (old === next || before.training === null) return 0
  const [from, to] = [parseInstant(old ?? ''), parseInstant(next ?? '')]
  return from !== null && to !== null && to >= from ? 0 : null
}

interface JudgedPart {
  readonly part: 'test' | 'validation' | 'none'
  readonly ms: number
}

/** The last part in time. */
function judgedPart({ training }: ModelSpec): JudgedPart {
  const { testMs = 0, validationMs = 0 } = training?.data ?? {}
  if (testMs > 0) return { part: 'test', ms: testMs }
  return validationMs > 0 ? { part: 'validation', ms: validationMs } : { part: 'none', ms: 0 }
}

function describeJudged(spec: ModelSpec): string {
  const { part, ms } = judgedPart(spec)
  return part === 'none' ? 'no part judges' : `the ${part} part judges: ${ms / 86_400_000} days`
}

/** Fewer rows decide less; rows that parameters were chosen by are not those of a test. */
function compareJudged(before: ModelSpec, after: ModelSpec): Step {
  const [old, next] = [judgedPart(before), judgedPart(after)]
  if (old.part === 'none') return 0
  return old.part === next.part ? Math.sign(next.ms - old.ms) : old.part === 'test' || next.part === 'none' ? -1 : 1
}

function describeDraws({ evaluation: { resampleBy } }: ModelSpec): string {
  if (resampleBy === null) return 'rows are drawn one by one'
  return resampleBy.type === 'day' ? 'whole days are drawn' : `all rows of one ${resampleBy.column} are drawn together`
}

/** Rows that are drawn alone have intervals that are too narrow where they belong together. */
function compareDraws(before: ModelSpec, after: ModelSpec): Step {
  if (describeDraws(before) === describeDraws(after)) return 0
  if (after.evaluation.resampleBy === null) return -1
  return before.evaluation.resampleBy === null ? 1 : null
}

/** What is measured besides is no loss to anybody; what is not any more, nobody sees. */
function compareMetrics(name: string, before: ModelSpec, after: ModelSpec): readonly RuleChange[] {
  const gone = before.evaluation.metrics.filter((metric) => !after.evaluation.metrics.includes(metric))
  return gone.map((metric) => ({ kind: 'Model', name, rule: 'evaluation.metrics', direction: 'removed', before: metric, after: null })) // prettier-ignore
}

function compareSlices(name: string, before: ModelSpec, after: ModelSpec): readonly RuleChange[] {
  return before.evaluation.slices.flatMap((slice): readonly RuleChange[] => {
    const change = { kind: 'Model', name, rule: 'evaluation.slices', before: describeSlice(slice) } as const
    const next = after.evaluation.slices.find(({ by }) => by === slice.by)
    if (next === undefined) return [{ ...change, direction: 'removed', after: null }]
    const direction = directionOf([Math.sign((slice.minGroup ?? 1) - (next.minGroup ?? 1))])
    return direction === null ? [] : [{ ...change, direction, after: describeSlice(next) }]
  })
}

function describeSlice({ by, minGroup }: ModelSpec['evaluation']['slices'][number]): string {
  return minGroup === null ? by : `${by}, groups of at least ${minGroup} rows`
}
