/** Scores of rows by the way that serving takes: on-demand features, null policy, tensors, the runtime. A refused row is a value here. */
import { MainwardError } from '../../core/error.ts'
import type { LoadedModel } from '../../inference/model.ts'
import { compileRowAssembler, type Row, type RowLayout } from '../../inference/rows/row-assembler.ts'
import { readElement } from '../../inference/rows/tensor-data.ts'
import type { Tensor } from '../../inference/tensor.ts'
import { compileRowCompleter, type RowCompleter } from './complete-rows.ts'

/** A loaded model file, and what its scores mean. */
export interface ScoredModel {
  readonly model: LoadedModel
  readonly layout: RowLayout
  /** Binary classification: the decision is true at this score and above; null for the other tasks. */
  readonly threshold: number | null
  /** Several classes: their names in the order of the score's columns; null for the other tasks. */
  readonly classes: readonly string[] | null
}

export type RowScore =
  /** One number; of several classes the probability of each. */
  | { readonly type: 'scored'; readonly scores: readonly number[] }
  /** By the null policy, for a value of another type, or by the model itself: a request with this row gets an error. */
  | { readonly type: 'refused'; readonly because: string }

export interface RowScorer extends Pick<RowCompleter, 'lacking'> {
  /** In the order of the rows. Throws `model-unusable`. */
  score(rows: readonly Row[]): Promise<readonly RowScore[]>
}

/** Rows of one run. */
const batchRows = 1024

/** Throws `unsupported` for a signature that this version can not fill. */
export function createRowScorer(scored: ScoredModel): RowScorer {
  const completer = compileRowCompleter(scored.layout)
  const run = compileRun(scored)
  return {
    lacking: (row, feature) => completer.lacking(row, feature),
    score: async (rows) => {
      const found: RowScore[] = []
      for (let first = 0; first < rows.length; first += batchRows) {
        found.push(...(await scoreBatch(rows.slice(first, first + batchRows), completer, run)))
      }
      return found
    },
  }
}

type Run = (rows: readonly Row[]) => Promise<readonly RowScore[]>

async function scoreBatch(rows: readonly Row[], completer: RowCompleter, run: Run): Promise<readonly RowScore[]> {
  const whole = await attempt(() => run(rows.map((row) => completer.complete(row))))
  if (!(whole instanceof MainwardError)) return whole
  // Something is wrong with one of the rows at least: each is tried by itself.
  const found: RowScore[] = []
  for (const row of rows) {
    const single = await attempt(() => run([completer.complete(row)]))
    found.push(...(single instanceof MainwardError ? [refusal(single)] : single))
  }
  return found
}

/** What a caller would be told; other errors are about the model, or bugs. */
async function attempt<Value>(work: () => Promise<Value>): Promise<Value | MainwardError> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof MainwardError && error.code === 'invalid-input') return error
    throw error
  }
}

function refusal({ message }: MainwardError): RowScore {
  return { type: 'refused', because: message.replace(/^rows\[0\][.:] ?/, '') }
}

/** A model with a fixed number of rows gets every row that often. */
function compileRun({ model, layout }: ScoredModel): Run {
  const assembler = compileRowAssembler(layout)
  const { score, positiveIndex } = layout.signature.outputs
  const fixed = model.inputs.map(({ shape }) => shape[0] ?? -1).find((size) => size !== -1)
  const runOnce = async (rows: readonly Row[], positions: readonly number[]): Promise<readonly RowScore[]> => {
    const outputs = await model.run(assembler.assemble(rows, positions), [score])
    return readScores(outputs[score], positions.length, positiveIndex)
  }
  if (fixed === undefined) return (rows) => runOnce(rows, [...rows.keys()])
  return async (rows) => {
    const found: RowScore[] = []
    for (const index of rows.keys()) found.push(...(await runOnce(rows, new Array<number>(fixed).fill(index))).slice(0, 1))
    return found
  }
}

function readScores(tensor: Tensor | undefined, rows: number, positiveIndex: number | undefined): readonly RowScore[] {
  const width = (tensor?.data.length ?? 0) / rows
  if (tensor === undefined || !Number.isInteger(width) || width === 0) {
    throw new MainwardError(
      'model-unusable',
      `expected a score for each of ${rows} rows, found ${tensor?.data.length ?? 0} values`,
    )
  }
  const at = (index: number): number => Number(readElement(tensor.datatype, tensor.data, index))
  const columns = width === 1 ? [0] : positiveIndex === undefined ? [...new Array(width).keys()] : [positiveIndex]
  return Array.from({ length: rows }, (_, row) => ({
    type: 'scored',
    scores: columns.map((column) => at(row * width + column)),
  }))
}
