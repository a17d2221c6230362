/** The on-demand features of a row of a file, which may have them already, as a training set does. Pure. */
import { MainwardError } from '../core/error.ts'
import type { FeatureValue } from '../core/feature-value.ts'
import type { OnDemandProgram } from '../expressions/compile-on-demand.ts'
import { placeError } from '../inference/rows/cell.ts'
import { readSent } from '../inference/rows/read-sent.ts'
import type { Row } from '../inference/rows/row-assembler.ts'

/**
 * By name; nothing where the row has them, and not what they are computed of. Throws `invalid-input` with the place where it has neither,
 * and where it has another value than its expression gives.
 */
export function computeRow(row: Row, program: OnDemandProgram, place: string): Readonly<Record<string, FeatureValue>> {
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
      return [name, value]
    }),
  )
}

function readInput(row: Row, name: string, dtype: Parameters<typeof readSent>[0], place: string): FeatureValue {
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
