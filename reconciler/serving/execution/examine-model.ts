/**
 * Looks at a loaded model before it gets traffic: what a run costs, and whether requests may be put together. The shapes only
 * say that a batch is possible; that no row's answer depends on the rows beside it is tried. Knows no release.
 */
import type { CellValue } from '../../inference/rows/cell.ts'
import { allocateData, storeCell } from '../../inference/rows/tensor-data.ts'
import type { DeclaredTensor, LoadedModel } from '../../inference/model.ts'
import type { Tensor, TensorData, Tensors } from '../../inference/tensor.ts'
import { sliceTensors } from './batch.ts'

export interface ModelProfile {
  readonly batches: boolean
  /** Rows and milliseconds of runs that were tried. */
  readonly runs: readonly (readonly [rows: number, ms: number])[]
}

const triedRows = 8
const repeats = 3

/** A model is not tried for longer than this, where one run will do. */
const triedMs = 100

/** Runs the model on rows; null where there is nothing that it could be run on. Never throws: what fails is not batched. */
export async function examineModel(model: LoadedModel, sample: (rows: number) => Tensors | null): Promise<ModelProfile> {
  const runs: (readonly [number, number])[] = []
  try {
    const one = sample(1)
    if (one === null || model.inputs.some(({ shape }) => shape[0] !== -1)) return { batches: false, runs }
    runs.push([1, await timeRun(model, one)])
    const many = model.sharesRows ? sample(triedRows) : null
    if (many === null || !haveDifferentRows(many) || !(await answersRowByRow(model, many))) return { batches: false, runs }
    runs.push([triedRows, await timeRun(model, many)])
    return { batches: true, runs }
  } catch {
    return { batches: false, runs }
  }
}

/** The fastest of several: the first one allocates. */
async function timeRun(model: LoadedModel, inputs: Tensors): Promise<number> {
  let fastest = Infinity
  const until = performance.now() + triedMs
  for (let repeat = 0; repeat < repeats; repeat++) {
    const startedAt = performance.now()
    await model.run(inputs)
    const endedAt = performance.now()
    fastest = Math.min(fastest, endedAt - startedAt)
    if (endedAt > until) break
  }
  return fastest
}

/** The mean of equal rows is each of them: only rows that differ can tell. */
function haveDifferentRows(inputs: Tensors): boolean {
  const first = sliceTensors(inputs, 0, 1)
  const second = sliceTensors(inputs, 1, 2)
  return Object.keys(inputs).some((name) => !isSame(first[name], second[name]))
}

async function answersRowByRow(model: LoadedModel, inputs: Tensors): Promise<boolean> {
  const together = await model.run(inputs)
  if (Object.values(together).some(({ shape }) => shape[0] !== triedRows)) return false
  for (let row = 0; row < triedRows; row++) {
    const alone = await model.run(sliceTensors(inputs, row, row + 1))
    const part = sliceTensors(together, row, row + 1)
    if (Object.keys(part).some((name) => !isSame(part[name], alone[name]))) return false
  }
  return true
}

function isSame(a: Tensor | undefined, b: Tensor | undefined): boolean {
  if (a === undefined || b === undefined || a.data.length !== b.data.length) return false
  for (let index = 0; index < a.data.length; index++) if (!isSameValue(a.data[index], b.data[index], a.datatype)) return false
  return true
}

/** Machines add in other orders for other sizes: the tolerance is that of golden rows. */
function isSameValue(a: TensorData[number] | undefined, b: TensorData[number] | undefined, datatype: string): boolean {
  if (a === b) return true
  if (typeof a !== 'number' || typeof b !== 'number' || !datatype.startsWith('FP') || datatype === 'FP16') return false
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b)
  return Math.abs(a - b) <= 1e-5 + 1e-4 * Math.abs(b)
}

/**
 * Rows that differ from each other, for a model without golden rows; null for inputs whose sizes are not known. A model with a
 * fixed number of rows gets that many. Whole numbers and truths are 0 and 1 in turn: the least that any table of theirs has.
 */
export function makeSample(inputs: readonly DeclaredTensor[], rows: number): Tensors | null {
  const sample: Record<string, Tensor> = {}
  for (const { name, datatype, shape } of inputs) {
    const [declared = rows, ...inner] = shape
    if (inner.includes(-1)) return null
    const count = declared === -1 ? rows : declared
    const width = inner.reduce((product, size) => product * size, 1)
    const data = allocateData(datatype, count * width)
    for (let index = 0; index < data.length; index++)
      storeCell(data, index, sampleValue(datatype, index, Math.floor(index / width)))
    sample[name] = { datatype, shape: shape.length === 0 ? [] : [count, ...inner], data }
  }
  return sample
}

/** Numbers between -2 and 2 without order, the same every time: most of a model's branches are walked. */
function scatter(index: number): number {
  return (Math.imul(index + 1, 0x9e3779b1) / 2 ** 31) * 2
}

function sampleValue(datatype: DeclaredTensor['datatype'], index: number, row: number): CellValue {
  switch (datatype) {
    case 'FP32':
    case 'FP64':
      return scatter(index)
    case 'FP16':
      // 0 and 1.
      return row % 2 === 0 ? 0 : 0x3c00
    case 'INT64':
    case 'UINT64':
      return BigInt(row % 2)
    case 'BYTES':
      return row % 2 === 0 ? '' : 'a'
    default:
      return row % 2
  }
}
