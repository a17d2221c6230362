/** Rows as a model's file needs them: unknown values null, on-demand features computed of what the row has. Knows no tensors. */
import { inputDtypes } from '../../core/input-dtypes.ts'
import { namesOf } from '../../expressions/names-of.ts'
import { programOf } from '../../expressions/program-of.ts'
import { readSent } from '../../inference/rows/read-sent.ts'
import type { Row, RowLayout } from '../../inference/rows/row-assembler.ts'

export interface RowCompleter {
  /**
   * What the row has, and what is computed of it, as serving computes it. Where the row lacks an input of an on-demand feature, the
   * value that the row has for the feature stays. Throws `invalid-input` for a value of another dtype.
   */
  complete(row: Row): Row
  /** An input that the row lacks, without which something that depends on the feature can not be computed again; null: none. */
  lacking(row: Row, feature: string): string | null
}

export function compileRowCompleter(layout: Pick<RowLayout, 'requestFeatures' | 'onDemand' | 'views'>): RowCompleter {
  const { onDemand = [], requestFeatures, views } = layout
  const known = inputDtypes({ requestFeatures, ...(views === undefined ? {} : { views }) })
  const program = programOf(
    onDemand,
    [...known].map(([name, dtype]) => ({ name, dtype })),
  )
  if (program === null) return { complete: withoutNaN, lacking: () => null }
  const inputs = inputsByFeature(onDemand)
  return {
    complete: (row) => {
      const given = program.inputs.map(({ name, dtype }) => readSent(dtype, row[name]))
      const values = program.evaluate(given)
      const computed = onDemand.flatMap(({ name }, index) => {
        const isWhole = (inputs.get(name) ?? []).every((input) => Object.hasOwn(row, input))
        return isWhole ? [[name, values[index]?.value ?? null] as const] : []
      })
      return { ...withoutNaN(row), ...Object.fromEntries(computed) }
    },
    lacking: (row, feature) => {
      const dependent = [...inputs.values()].filter((names) => names.includes(feature)).flat()
      return dependent.find((name) => !Object.hasOwn(row, name)) ?? null
    },
  }
}

/** Names of what is sent or joined that a feature is computed of, also through others. A feature reads those that stand before it. */
function inputsByFeature(onDemand: NonNullable<RowLayout['onDemand']>): ReadonlyMap<string, readonly string[]> {
  const inputs = new Map<string, readonly string[]>()
  for (const { name, cel } of onDemand) inputs.set(name, [...new Set(namesOf(cel).flatMap((read) => inputs.get(read) ?? [read]))])
  return inputs
}

/** A NaN is a value that is not known: requests have null in its place. */
function withoutNaN(row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number.isNaN(value) ? null : value]))
}
