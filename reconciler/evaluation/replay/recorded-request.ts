/** A request as a record has it, and as rows of a model: names and values of its inputs. Knows no files and no lines. */
import type { Json } from '../../core/digest.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import { inputDtypes } from '../../core/input-dtypes.ts'
import { namesOf } from '../../expressions/names-of.ts'
import type { Row, RowLayout } from '../../inference/rows/row-assembler.ts'

export interface RecordedRequest {
  readonly requestId: string | null
  readonly unit: string | null
  /**
   * What was sent, what was read of views (`AS__FEATURE` in a role), and what was computed, by the model's names: each as records write
   * it, see docs/records.md.
   */
  readonly fields: Readonly<Record<string, Json>>
}

export interface RecordReader {
  /** Names of inputs without which the model can not be asked, and that the record does not have. */
  missing(request: RecordedRequest): readonly string[]
  row(request: RecordedRequest): Row
}

/** Reads records for one release: what it was served by may have read other features. */
export function compileRecordReader(layout: RowLayout): RecordReader {
  const dtypes = [...inputDtypes(layout)]
  const needs = needsOf(layout)
  return {
    missing: ({ fields }) => {
      const lacking = needs.filter(({ name }) => !Object.hasOwn(fields, name))
      return [...new Set(lacking.flatMap(({ inputs }) => inputs.filter((name) => !Object.hasOwn(fields, name))))]
    },
    row: ({ fields }) => {
      const decoded = dtypes.flatMap(([name, dtype]) => {
        const value = fields[name]
        return value === undefined ? [] : [[name, decode(dtype, value)] as const]
      })
      return { ...fields, ...Object.fromEntries(decoded) }
    },
  }
}

interface Need {
  readonly name: string
  /** What does as well as the value itself: what it is computed of. */
  readonly inputs: readonly string[]
}

function needsOf({ signature, onDemand = [] }: RowLayout): readonly Need[] {
  const inputs = new Map<string, readonly string[]>()
  for (const { name, cel } of onDemand) inputs.set(name, [...new Set(namesOf(cel).flatMap((read) => inputs.get(read) ?? [read]))])
  const names = signature.inputs.flatMap(({ name, features }) => features ?? [name])
  return names.map((name) => ({ name, inputs: inputs.get(name) ?? [name] }))
}

/** Records write whole numbers of 64 bits, times, and what JSON has no number for, as text; a time may also be as it was sent. */
function decode(dtype: FeatureDtype, value: Json): unknown {
  if (typeof value !== 'string') return value
  switch (dtype) {
    case 'int64':
    case 'timestamp':
      return /^-?\d{1,20}$/.test(value) ? BigInt(value) : value
    case 'float32':
    case 'float64':
    case 'int32':
      return value === 'NaN' ? null : ['Infinity', '-Infinity', '-0'].includes(value) ? Number(value) : value
    default:
      return value
  }
}
