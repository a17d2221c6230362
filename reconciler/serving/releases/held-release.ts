/** A release that this replica has proven and can run, with everything that requests need of it, compiled once. */
import type { Release } from '../../core/release.ts'
import type { LoadedModel } from '../../inference/model.ts'
import type { Tensors } from '../../inference/tensor.ts'
import type { RowAssembler } from '../../inference/rows/row-assembler.ts'
import type { InputAssembler } from '../assembly/input-assembler.ts'
import { compileScoreReader, type ScoreReader } from '../assembly/score-reader.ts'
import type { ReleaseRunner } from '../execution/release-runner.ts'
import type { ViewJoin } from '../features/view-join.ts'
import { compileRequests, type ReleaseRequests } from './release-requests.ts'

export class HeldRelease implements ReleaseRequests {
  readonly rows: RowAssembler
  readonly inputs: InputAssembler
  readonly join: ViewJoin | null
  readonly fields: ReadonlySet<string>
  readonly scores: ScoreReader
  /** Rows that one run takes: any number, or what the model file fixes. */
  readonly fixedRows: number | null
  /** Names of the model's outputs, in its order. */
  readonly outputNames: readonly string[]
  readonly #runner: ReleaseRunner
  #release: Release

  /** Throws `unsupported` for a signature that this version can not fill. */
  constructor(release: Release, runner: ReleaseRunner) {
    this.#release = release
    this.#runner = runner
    const { rows, inputs, join, fields } = compileRequests(release)
    this.rows = rows
    this.inputs = inputs
    this.join = join
    this.fields = fields
    this.scores = compileScoreReader(release)
    this.fixedRows = fixedRowsOf(runner.model)
    this.outputNames = runner.model.outputs.map(({ name }) => name)
  }

  get release(): Release {
    return this.#release
  }

  get model(): LoadedModel {
    return this.#runner.model
  }

  /** The same release under another version number: what it means has not changed, its digest says so. */
  renumber(release: Release): void {
    if (release.digest !== this.#release.digest) throw new Error(`expected ${this.#release.digest}, found ${release.digest}`)
    this.#release = release
  }

  /** Runs the model, together with other requests where that is possible. Throws as `ReleaseRunner.run` does. */
  run(inputs: Tensors, outputNames: readonly string[], rows: number): Promise<Tensors> {
    return this.#runner.run(inputs, outputNames, rows)
  }

  /** Nothing will ask for this release again: free it when its last run has ended. */
  retire(): Promise<void> {
    return this.#runner.retire()
  }
}

function fixedRowsOf({ inputs }: LoadedModel): number | null {
  const fixed = inputs.map(({ shape }) => shape[0] ?? -1).filter((size) => size !== -1)
  return fixed[0] ?? null
}
