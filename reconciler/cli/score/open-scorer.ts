/** A version that scores rows as the data plane does: proven before the first of them, in batches where its rows do not depend on each other. */
import { digestBytes } from '../../core/digest.ts'
import { MainwardError, messageOf } from '../../core/error.ts'
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

export interface Scorer {
  /** Datatypes of the model's outputs, by name. */
  readonly outputs: ReadonlyMap<string, Datatype>
  /**
   * What `read` makes of the outputs for each row. Throws `invalid-input` with the place of the first row that is refused;
   * `placeOf` names a row of the batch.
   */
  score<T>(
    rows: readonly Row[],
    placeOf: (index: number) => string,
    read: (outputs: Tensors, index: number) => T,
  ): Promise<readonly T[]>
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
      score: (batch, placeOf, read) => scoreBatch(parts, batch, placeOf, read),
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

async function scoreBatch<T>(
  state: ScorerState,
  batch: readonly Row[],
  placeOf: (index: number) => string,
  read: (outputs: Tensors, index: number) => T,
): Promise<readonly T[]> {
  const { program, step } = state
  const whole = program === null ? batch : batch.map((row, index) => ({ ...row, ...computeRow(row, program, placeOf(index)) }))
  const scores: T[] = []
  for (let first = 0; first < whole.length; first += step.rows) {
    const positions = Array.from({ length: Math.min(step.rows, whole.length - first) }, (_, index) => first + index)
    const outputs = await runRows(state, whole, positions, placeOf)
    for (let index = 0; index < positions.length; index++) scores.push(read(outputs, index))
  }
  return scores
}

async function runRows(
  { model, rows, step, outputNames }: ScorerState,
  batch: readonly Row[],
  positions: readonly number[],
  placeOf: (index: number) => string,
): Promise<Tensors> {
  const run = (asked: readonly number[]): Promise<Tensors> => {
    // What is left for the last run of a model with a fixed number of rows is filled up with its last row.
    const missing = step.isFixed ? step.rows - asked.length : 0
    const filled = missing === 0 ? asked : [...asked, ...new Array<number>(missing).fill(asked.at(-1) ?? 0)]
    return model.run(rows.assemble(batch, filled), outputNames)
  }
  try {
    return await run(positions)
  } catch (thrown) {
    if (!(thrown instanceof MainwardError) || thrown.code !== 'invalid-input') throw thrown
    throw placeRow(await findRefusal(thrown, positions, run), placeOf)
  }
}

interface Refusal {
  readonly position: number
  readonly message: string
}

const assembled = /^rows\[(\d+)\](?:[.:] ?)/

/** The assembler names the row that it refuses; a model does not: its rows are tried one by one. */
async function findRefusal(
  thrown: MainwardError,
  positions: readonly number[],
  run: (asked: readonly number[]) => Promise<Tensors>,
): Promise<Refusal> {
  const named = assembled.exec(thrown.message)
  if (named !== null) return { position: Number(named[1]), message: thrown.message.slice(named[0].length) }
  for (const position of positions) {
    try {
      await run([position])
    } catch (alone) {
      return { position, message: messageOf(alone) }
    }
  }
  return { position: positions[0] ?? 0, message: thrown.message }
}

function placeRow({ position, message }: Refusal, placeOf: (index: number) => string): MainwardError {
  return new MainwardError('invalid-input', `${placeOf(position)}: ${message}`, { hint: 'nothing was written' })
}
