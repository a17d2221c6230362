/** The on-demand features of a model that is imported: what they are for the rows of its sample. Pure. */
import { MainwardError } from '../../core/error.ts'
import type { OnDemandFeature } from '../../core/on-demand-feature.ts'
import { inputDtypes } from '../../core/input-dtypes.ts'
import type { RequestFeature } from '../../core/release.ts'
import { compileOnDemand, type OnDemandProgram } from '../../expressions/compile-on-demand.ts'
import { computeRow } from '../compute-row.ts'
import type { ExistingModel } from './existing-model.ts'
import type { ModelViews } from './model-views.ts'
import type { SampleRow } from './parse-sample.ts'

export interface ModelOnDemand {
  readonly features: readonly OnDemandFeature[]
  /** Names of inputs that the model does not take. */
  readonly only: ReadonlySet<string>
  /** Those of them that callers send. */
  readonly sentOnly: readonly RequestFeature[]
  /** Null: there are no such features. */
  readonly program: OnDemandProgram | null
}

/** Throws `invalid-input` for expressions that can not be computed. */
export function readModelOnDemand({ model }: Pick<ExistingModel, 'model'>, { roles }: Pick<ModelViews, 'roles'>): ModelOnDemand {
  const { onDemand = [], onDemandOnly = [], requestFeatures = [] } = model?.spec ?? {}
  const only = new Set(onDemandOnly)
  const sentOnly = requestFeatures.filter(({ name }) => only.has(name))
  if (onDemand.length === 0) return { features: [], only, sentOnly, program: null }
  const known = [...inputDtypes({ requestFeatures, views: roles })].map(([name, dtype]) => ({ name, dtype }))
  const found = compileOnDemand(onDemand, known)
  if (found.type === 'compiled') return { features: onDemand, only, sentOnly, program: found.program }
  const [first] = found.problems
  throw new MainwardError('invalid-input', `the on-demand features can not be computed: ${first?.problem.message ?? ''}`, {
    hint: 'mainward validate says where',
  })
}

/**
 * The rows with their on-demand features, and without what the model does not take. A sample may have the values already, as a training
 * set does: they must be those that the expressions give. Throws `invalid-input` with the row.
 */
export function computeSample(rows: readonly SampleRow[], { program, only }: ModelOnDemand): readonly SampleRow[] {
  if (program === null) return rows
  return rows.map((row, index) => {
    const computed = Object.entries(computeRow(row, program, `row ${index + 1} of the sample`)).map(
      ([name, value]) => [name, typeof value === 'bigint' ? writeInteger(value) : value] as const,
    )
    return Object.fromEntries([...Object.entries(row), ...computed].filter(([name]) => !only.has(name)))
  })
}

/** As JSON has it: digits as text beyond 2^53. */
function writeInteger(value: bigint): number | string {
  return BigInt.asIntN(54, value) === value ? Number(value) : value.toString()
}
