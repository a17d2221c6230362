/** Golden rows: rows that a model must reproduce before it gets traffic. Records them, and replays them. Knows no runtime. */
import type { Json } from '../core/digest.ts'
import { MainwardError } from '../core/error.ts'
import type { GoldenRow, Release } from '../core/release.ts'
import { isExpected, toGoldenValue } from './golden-values.ts'
import type { LoadedModel } from './model.ts'
import { compileRowAssembler, type Row, type RowLayout } from './rows/row-assembler.ts'
import { readElement } from './rows/tensor-data.ts'
import type { Tensor, Tensors } from './tensor.ts'

export interface GoldenRowMismatch {
  /** Row, output, expected and found. */
  readonly message: string
}

/**
 * Runs every golden row as a request of its own and compares the outputs that it names. Null when all are reproduced, else
 * the first that is not. Throws `invalid-input` for a row that can not be given to the model.
 */
export async function verifyGoldenRows(
  model: LoadedModel,
  release: RowLayout & Pick<Release, 'goldenRows'>,
): Promise<GoldenRowMismatch | null> {
  const { goldenRows } = release
  const run = compileRun(model, release)
  const inputs = goldenRows.map((row) => row.inputs)
  for (const [index, { outputs }] of goldenRows.entries()) {
    const message = findMismatch(outputs, await run(inputs, index, Object.keys(outputs)), model)
    if (message !== null) return { message: `golden row ${index}: ${message}` }
  }
  return null
}

/** Runs rows and writes down what the signature's outputs are for each. Throws `invalid-input` with row and feature. */
export async function recordGoldenRows(
  model: LoadedModel,
  layout: RowLayout,
  rows: readonly GoldenRow['inputs'][],
): Promise<readonly GoldenRow[]> {
  const { score, label } = layout.signature.outputs
  const names = [...new Set(label === undefined ? [score] : [label, score])]
  const run = compileRun(model, layout)
  const recorded: GoldenRow[] = []
  for (const [index, inputs] of rows.entries()) {
    const found = await run(rows, index, names)
    const outputs = names.map((name) => [name, recordOutput(outputOf(found, name))] as const)
    recorded.push({ inputs, outputs: Object.fromEntries(outputs) })
  }
  return recorded
}

type RunRow = (rows: readonly Row[], index: number, outputNames: readonly string[]) => Promise<Tensors>

/** A model with a fixed number of rows gets the row that often. */
function compileRun(model: LoadedModel, layout: RowLayout): RunRow {
  const assembler = compileRowAssembler(layout)
  const fixed = model.inputs.map(({ shape }) => shape[0] ?? -1).find((size) => size !== -1) ?? 1
  const known = new Set(model.outputs.map(({ name }) => name))
  return (rows, index, names) => {
    const computed = names.filter((name) => known.has(name))
    if (computed.length === 0) return Promise.resolve({})
    return model.run(assembler.assemble(rows, new Array<number>(fixed).fill(index)), computed)
  }
}

function findMismatch(expected: GoldenRow['outputs'], found: Tensors, model: LoadedModel): string | null {
  for (const [name, value] of Object.entries(expected)) {
    const tensor = Object.hasOwn(found, name) ? found[name] : undefined
    if (tensor === undefined) return `expected an output "${name}", found ${describeOutputs(model)}`
    const difference = compareOutput(value, tensor)
    if (difference !== null) return `output "${name}": ${difference}`
  }
  return null
}

function describeOutputs({ outputs, otherOutputs }: LoadedModel): string {
  const others = otherOutputs.map((name) => `"${name}" (a sequence or map)`)
  return [...outputs.map(({ name }) => `"${name}"`), ...others].join(', ')
}

function compareOutput(expected: Json, tensor: Tensor): string | null {
  const wanted = flatten(expected)
  const found = firstRow(tensor)
  if (wanted.length !== found.length) return `expected ${countValues(wanted)}, found ${countValues(found)}`
  const same = wanted.every((value, at) => isExpected(value, found[at] ?? NaN, tensor.datatype))
  return same ? null : `expected ${JSON.stringify(expected)}, found ${JSON.stringify(recordOutput(tensor))}`
}

function flatten(value: Json): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]).flatMap(flatten) : [value]
}

function countValues({ length }: readonly unknown[]): string {
  return length === 1 ? '1 value' : `${length} values`
}

/** A row's value where the output has one a row and no further dimension, else its values in row-major order. */
function recordOutput(tensor: Tensor): Json {
  const values = firstRow(tensor).map((value) => toGoldenValue(value, tensor.datatype))
  return tensor.shape.length <= 1 && values.length === 1 ? (values[0] ?? null) : values
}

function firstRow({ datatype, shape, data }: Tensor): readonly (number | bigint | string | boolean)[] {
  const width = data.length / Math.max(1, shape[0] ?? 1)
  return Array.from({ length: Math.floor(width) }, (_, index) => readElement(datatype, data, index))
}

function outputOf(outputs: Tensors, name: string): Tensor {
  const tensor = outputs[name]
  if (tensor === undefined) throw new MainwardError('model-unusable', `the model has no tensor output "${name}"`)
  return tensor
}
