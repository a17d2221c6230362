/**
 * The one evaluator of on-demand features: training sets, predictions and comparisons of both use it. Compiled once; a row costs a few
 * microseconds. Knows no requests and no tables.
 */
import type { FeatureDtype } from '../core/feature-dtype.ts'
import type { FeatureValue } from '../core/feature-value.ts'
import type { OnDemandFeature } from '../core/on-demand-feature.ts'
import { compileTree, type Scope } from './compile-tree.ts'
import { canBecome, toFeature, toOutcome } from './convert-values.ts'
import { fail, ProblemFound, type ExpressionProblem } from './expression-problem.ts'
import { typeOfDtype, type ExpressionType, type Outcome, type Run } from './expression-type.ts'
import { explainLater } from './later-features.ts'
import { namesOf } from './names-of.ts'
import { parseExpression } from './parse-expression.ts'

export interface OnDemandInput {
  readonly name: string
  readonly dtype: FeatureDtype
}

export interface OnDemandProgram {
  readonly features: readonly OnDemandFeature[]
  /** The inputs that some expression reads. */
  readonly inputs: readonly OnDemandInput[]
  /** `values` in the order of `inputs`. The features in their order; never throws. */
  evaluate(values: readonly FeatureValue[]): readonly OnDemandValue[]
}

export interface OnDemandValue {
  readonly value: FeatureValue
  /** It is null because it could not be computed: a division by zero, a number that does not fit. */
  readonly isFailed: boolean
}

/** A problem of one feature: `problem.at` is an index in its expression. */
export interface OnDemandProblem {
  /** Position of the feature in the list. */
  readonly feature: number
  readonly problem: ExpressionProblem
}

export type OnDemandCompilation =
  | { readonly type: 'compiled'; readonly program: OnDemandProgram }
  | { readonly type: 'problems'; readonly problems: readonly OnDemandProblem[] }

interface CompiledFeature {
  readonly feature: OnDemandFeature
  readonly run: Run
}

/** Inputs and features have different names. A feature may read those that stand before it. At most one problem for each feature. */
export function compileOnDemand(features: readonly OnDemandFeature[], known: readonly OnDemandInput[]): OnDemandCompilation {
  const reads = features.map(({ cel }) => namesOf(cel))
  const read = new Set(reads.flat())
  const inputs = known.filter(({ name }) => read.has(name))
  const visible = new Map<string, Place>()
  known.forEach(({ name, dtype }) =>
    visible.set(name, { slot: inputs.findIndex((input) => input.name === name), type: typeOfDtype(dtype) }),
  )
  const problems: OnDemandProblem[] = []
  const compiled = features.flatMap((feature, index): readonly CompiledFeature[] => {
    const found = compileFeature(feature, { slots: visible, hidden: explainLater(features, reads, index) })
    visible.set(feature.name, { slot: inputs.length + index, type: typeOfDtype(feature.dtype) })
    if ('run' in found) return [{ feature, run: found.run }]
    problems.push({ feature: index, problem: found })
    return []
  })
  if (problems.length > 0) return { type: 'problems', problems }
  return { type: 'compiled', program: { features, inputs, evaluate: (values) => evaluate(compiled, inputs, values) } }
}

interface Place {
  readonly slot: number
  readonly type: ExpressionType
}

function compileFeature({ name, dtype, cel }: OnDemandFeature, scope: Scope): { readonly run: Run } | ExpressionProblem {
  try {
    const { type, run } = compileTree(parseExpression(cel), scope)
    if (canBecome(type, dtype)) return { run }
    return fail('type', 0, `expected ${named(dtype)} for ${name}, found an expression of the type ${type}`, hintFor(type, dtype))
  } catch (error) {
    if (error instanceof ProblemFound) return error.problem
    throw error
  }
}

function named(dtype: FeatureDtype): string {
  return `${dtype.startsWith('int') ? 'an' : 'a'} ${dtype}`
}

function hintFor(type: ExpressionType, dtype: FeatureDtype): string | undefined {
  if (type === 'null') return 'it never has a value'
  if (type === 'double' && dtype.startsWith('int')) return 'write dtype: float64, or int(…) to drop the fraction'
  if (type === 'bool') return 'write dtype: bool, or … ? 1 : 0'
  if (type === 'timestamp') return 'no tensor holds a time: take a part of it, such as getHours(), or int(…) for seconds'
  if (type === 'duration') return 'take a part of it, such as getMinutes()'
  return undefined
}

function evaluate(
  compiled: readonly CompiledFeature[],
  inputs: readonly OnDemandInput[],
  values: readonly FeatureValue[],
): readonly OnDemandValue[] {
  const slots: Outcome[] = inputs.map(({ dtype }, index) => toOutcome(dtype, values[index] ?? null))
  return compiled.map(({ feature, run }) => {
    const value = toFeature(feature.dtype, run(slots))
    slots.push(value === undefined ? undefined : toOutcome(feature.dtype, value))
    return { value: value ?? null, isFailed: value === undefined }
  })
}
