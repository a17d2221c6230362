/** The on-demand features of a model that is imported: what they are for the rows of its sample. Pure. */
import { MainwardError } from '../../core/error.ts'
import type { FeatureValue } from '../../core/feature-value.ts'
import type { OnDemandFeature } from '../../core/on-demand-feature.ts'
import { inputDtypes } from '../../core/input-dtypes.ts'
import type { RequestFeature } from '../../core/release.ts'
import { compileOnDemand, type OnDemandProgram } from '../../expressions/compile-on-demand.ts'
import { readSent } from '../../inference/rows/read-sent.ts'
import { placeError } from '../../inference/rows/cell.ts'
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
export function readModelOnDemand({ model }: ExistingModel, { roles }: Pick<ModelViews, 'roles'>): ModelOnDemand {
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
    const computed = computeRow(row, program, `row ${index + 1} of the sample`)
    return Object.fromEntries(Object.entries({ ...row, ...computed }).filter(([name]) => !only.has(name)))
  })
}

function computeRow(row: SampleRow, program: OnDemandProgram, place: string): SampleRow {
  const missing = program.inputs.find(({ name }) => !Object.hasOwn(row, name))
  const isWhole = program.features.every(({ name }) => Object.hasOwn(row, name))
  // A training set has no columns that the model does not take.
  if (missing !== undefined && isWhole) return {}
  if (missing !== undefined) {
    throw new MainwardError('invalid-input', `${place}: expected "${missing.name}", which on-demand features read, found none`, {
      hint: 'add the column, or the columns of all on-demand features',
    })
  }
  const values = program.evaluate(program.inputs.map(({ name, dtype }) => readInput(row, name, dtype, place)))
  return Object.fromEntries(
    program.features.map(({ name, dtype }, index) => {
      const value = values[index]?.value ?? null
      if (Object.hasOwn(row, name)) assertSame({ given: readInput(row, name, dtype, place), value, name, place })
      return [name, typeof value === 'bigint' ? writeInteger(value) : value]
    }),
  )
}

function readInput(row: SampleRow, name: string, dtype: Parameters<typeof readSent>[0], place: string): FeatureValue {
  try {
    return readSent(dtype, row[name])
  } catch (error) {
    throw placeError(error, `${place}: ${name}`)
  }
}

interface Compared {
  readonly given: FeatureValue
  readonly value: FeatureValue
  readonly name: string
  readonly place: string
}

function assertSame({ given, value, name, place }: Compared): void {
  if (given === value || (typeof given === 'number' && Math.fround(given) === value)) return
  throw new MainwardError('invalid-input', `${place}: "${name}" is ${String(given)}, its expression gives ${String(value)}`, {
    hint: 'the model must be trained with the values that mainward dataset writes',
  })
}

/** As JSON has it: digits as text beyond 2^53. */
function writeInteger(value: bigint): number | string {
  return BigInt.asIntN(54, value) === value ? Number(value) : value.toString()
}
