/** How a release's on-demand features are computed: which values of a request and of its views they read. Compiled once. */
import { MainwardError } from '../../core/error.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import { inputDtypes } from '../../core/input-dtypes.ts'
import type { OnDemandFeature } from '../../core/on-demand-feature.ts'
import type { Release, RequestFeature } from '../../core/release.ts'
import { compileOnDemand, type OnDemandProgram } from '../../expressions/compile-on-demand.ts'
import { compileNullUse, type NullUse } from './null-use.ts'

/** Where a value comes from that an expression reads. */
export type ReadInput =
  | { readonly type: 'sent'; readonly name: string; readonly dtype: FeatureDtype }
  /** By position of the view, and of the feature in it. */
  | { readonly type: 'joined'; readonly view: number; readonly feature: number }

export interface ComputedFeature extends NullUse {
  readonly feature: OnDemandFeature
}

export interface OnDemandJoin {
  readonly program: OnDemandProgram
  /** In the order of the program's inputs. */
  readonly inputs: readonly ReadInput[]
  /** In the order of the program's features. */
  readonly features: readonly ComputedFeature[]
  /** What callers send for expressions alone: no tensor has it. */
  readonly sentOnly: readonly RequestFeature[]
}

/** The names of the features of each view in its role, as the model knows them. */
export type JoinedNames = readonly (readonly string[])[]

/** Null for a release without on-demand features. Throws `unsupported` for expressions that this version can not compute. */
export function compileOnDemandJoin(release: Release, views: JoinedNames): OnDemandJoin | null {
  const { onDemand = [], requestFeatures, signature } = release
  if (onDemand.length === 0) return null
  const known = inputDtypes({ requestFeatures, ...(release.views === undefined ? {} : { views: release.views }) })
  const found = compileOnDemand(
    onDemand,
    [...known].map(([name, dtype]) => ({ name, dtype })),
  )
  if (found.type === 'problems') {
    const message = `an on-demand feature can not be computed: ${found.problems[0]?.problem.message ?? ''}`
    throw new MainwardError('unsupported', message)
  }
  const { program } = found
  const taken = new Set(signature.inputs.flatMap(({ features = [] }) => features))
  return {
    program,
    inputs: program.inputs.map((input) => findInput(input, views)),
    features: onDemand.map((feature) => ({ feature, ...compileNullUse(release, feature.name) })),
    sentOnly: requestFeatures.filter(({ name }) => !taken.has(name) && program.inputs.some((input) => input.name === name)),
  }
}

function findInput({ name, dtype }: OnDemandProgram['inputs'][number], views: JoinedNames): ReadInput {
  const view = views.findIndex((names) => names.includes(name))
  return view === -1 ? { type: 'sent', name, dtype } : { type: 'joined', view, feature: views[view]?.indexOf(name) ?? 0 }
}
