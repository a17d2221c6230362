/** A version that scores rows as the data plane does: proven before the first of them, in batches where its rows do not depend on each other. */
import { digestBytes } from '../../core/digest.ts'
import { MainwardError } from '../../core/error.ts'
import type { Datatype, Release } from '../../core/release.ts'
import type { OnDemandProgram } from '../../expressions/compile-on-demand.ts'
import type { LoadedModel } from '../../inference/model.ts'
import { onnxRuntime } from '../../inference/onnx-runtime.ts'
import { compileRowAssembler, type Row, type RowAssembler } from '../../inference/rows/row-assembler.ts'
import type { Tensors } from '../../inference/tensor.ts'
import { compileScoreReader } from '../../serving/assembly/score-reader.ts'
import { examineModel } from '../../serving/execution/examine-model.ts'
import { compareSignature } from '../../serving/releases/signature-check.ts'
import { computeRow } from '../compute-row.ts'

export interface ScorerParts {
  readonly release: Release
  readonly bytes: Uint8Array
  /** Null: it has no on-demand features. */
  readonly program: OnDemandProgram | null
}

/** What is done with each row of a batch, by its index there. */
export interface RowUse<T> {
  /** For messages. */
  placeOf(index: number): string
  read(outputs: Tensors, index: number): T
  /** Is given `invalid-input` with the place. What it throws ends the work. */
  reject(index: number, error: MainwardError): void
}

export interface Scorer {
  /** Datatypes of the model's outputs, by name. */
  readonly outputs: ReadonlyMap<string, Datatype>
  /** What `read` makes of the outputs for each row; null for one that was rejected. */
  score<T>(rows: readonly Row[], use: RowUse<T>): Promise<readonly (T | null)[]>
  close(): Promise<void>
}

/** Throws `artifact-mismatch`, `model-unusable` for a file that is not what the version says, or does not reproduce its golden rows. */
export async function openScorer({ release, bytes, program }: ScorerParts): Promise<Scorer> {
  const name = `version ${release.version} of ${release.model}`
  const found = digestBytes(bytes)
  if (found !== `sha256:${release.artifact.sha256}`) {
    throw new MainwardError('artifact-mismatch', `${name} is sha256:${release.artifact.sha256}, found ${found}`, {
      hint: 'the model file was changed after its version was written: restore it',
    })
  }
  const model = await onnxRuntime.load(bytes)
  try {
    await prove(model, release, name)
    const rows = compileRowAssembler(release)
    const step = await chooseStep(model, release, rows)
    const parts: ScorerState = { model, rows, step, program, outputNames: compileScoreReader(release).outputNames }
    return {
      outputs: new Map(model.outputs.map((output) => [output.name, output.datatype])),
      score: (batch, use) => scoreBatch(parts, batch, use),
      close: () => model.release(),
    }
  } catch (thrown) {
    await model.release()
    throw thrown
  }
}

/** What a replica does before a version gets traffic. */
async function prove(model: LoadedModel, release: Release, name: string): Promise<void> {
  const [disagreement] = compareSignature(release.signature, model)
  const mismatch = disagreement ?? (await onnxRuntime.verifyGoldenRows(model, release))?.message
  if (mismatch === undefined) return
  throw new MainwardError('model-unusable', `${name} would not be served: ${mismatch}`, { hint: 'import or train it again' })
}

interface Step {
  readonly rows: number
  /** The model takes no other number of rows. */
  readonly isFixed: boolean
}

const largestStep = 1000

/** A model that mixes its rows answers a row as it does when a client sends that row alone. */
async function chooseStep(model: LoadedModel, release: Release, assembler: RowAssembler): Promise<Step> {
  const fixed = model.inputs.map(({ shape }) => shape[0] ?? -1).find((size) => size !== -1)
  if (fixed !== undefined) return { rows: fixed, isFixed: true }
  // Rows of free sizes, as sequences are, need not be of one size.
  const isFree = release.signature.inputs.some(({ features, shape }) => features === undefined && shape.slice(1).includes(-1))
  if (isFree) return { rows: 1, isFixed: false }
  const golden = release.goldenRows.map(({ inputs }) => inputs)
  const sample = (rows: number): Tensors | null =>
    golden.length === 0
      ? null
      : assembler.assemble(
          golden,
          Array.from({ length: rows }, (_, index) => index % golden.length),
        )
  const { batches } = await examineModel(model, sample)
  return { rows: batches ? largestStep : 1, isFixed: false }
}

interface ScorerState {
  readonly model: LoadedModel
  readonly rows: RowAssembler
  readonly step: Step
  readonly program: OnDemandProgram | null
  readonly outputNames: readonly string[]
}

async function scoreBatch<T>(state: ScorerState, batch: readonly Row[], use: RowUse<T>): Promise<readonly (T | null)[]> {
  const whole = computeRows(state.program, batch, use)
  const wanted = whole.flatMap((row, index) => (row === null ? [] : [index]))
  const scores = new Array<T | null>(batch.length).fill(null)
  const run = { state, whole: whole.map((row) => row ?? {}), use, scores }
  for (let first = 0; first < wanted.length; first += state.step.rows) {
    await runRows(run, wanted.slice(first, first + state.step.rows))
  }
  return scores
}

/** Null for a row that was rejected. */
function computeRows<T>(program: OnDemandProgram | null, batch: readonly Row[], use: RowUse<T>): readonly (Row | null)[] {
  if (program === null) return batch
  return batch.map((row, index) => {
    try {
      return { ...row, ...computeRow(row, program, use.placeOf(index)) }
    } catch (thrown) {
      use.reject(index, requireRefusal(thrown))
      return null
    }
  })
}

interface BatchRun<T> {
  readonly state: ScorerState
  readonly whole: readonly Row[]
  readonly use: RowUse<T>
  /** What came of the rows, by their index. */
  readonly scores: (T | null)[]
}

/** A run that is refused is done again in halves: so is found which of its rows are to blame, and the others have their scores. */
async function runRows<T>(run: BatchRun<T>, positions: readonly number[]): Promise<void> {
  const { use, scores } = run
  try {
    const outputs = await runOnce(run, positions)
    for (const [index, position] of positions.entries()) scores[position] = use.read(outputs, index)
  } catch (thrown) {
    const refusal = requireRefusal(thrown)
    const [first = 0] = positions
    if (positions.length === 1) return use.reject(first, placeRow(refusal, use.placeOf(first)))
    const half = positions.length >> 1
    await runRows(run, positions.slice(0, half))
    await runRows(run, positions.slice(half))
  }
}

function runOnce<T>({ state, whole }: BatchRun<T>, positions: readonly number[]): Promise<Tensors> {
  const { model, rows, step, outputNames } = state
  // What is left for the last run of a model with a fixed number of rows is filled up with its last row.
  const missing = step.isFixed ? step.rows - positions.length : 0
  const filled = missing === 0 ? positions : [...positions, ...new Array<number>(missing).fill(positions.at(-1) ?? 0)]
  return model.run(rows.assemble(whole, filled), outputNames)
}

function requireRefusal(thrown: unknown): MainwardError {
  if (thrown instanceof MainwardError && thrown.code === 'invalid-input') return thrown
  throw thrown
}

/** How the assembler names a row of a run. */
const assembled = /^rows\[\d+\](?:[.:] ?)/

function placeRow({ message }: MainwardError, place: string): MainwardError {
  return new MainwardError('invalid-input', `${place}: ${message.replace(assembled, '')}`, { hint: 'nothing was written' })
}
