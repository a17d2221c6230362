/** A release that this replica has proven and can run. It lives until nothing names it and its last request is answered. */
import type { Release } from '../../core/release.ts'
import type { LoadedModel } from '../../inference/model.ts'
import { compileInputAssembler, type InputAssembler } from '../assembly/input-assembler.ts'
import { compileRowAssembler, type RowAssembler } from '../../inference/rows/row-assembler.ts'
import { compileScoreReader, type ScoreReader } from '../assembly/score-reader.ts'

export class HeldRelease {
  readonly model: LoadedModel
  readonly rows: RowAssembler
  readonly inputs: InputAssembler
  readonly scores: ScoreReader
  /** Rows that one run takes: any number, or what the model file fixes. */
  readonly fixedRows: number | null
  #release: Release
  #inFlight = 0
  #retired = false
  #released: Promise<void> | null = null

  /** Throws `unsupported` for a signature that this version can not fill. */
  constructor(release: Release, model: LoadedModel) {
    this.#release = release
    this.model = model
    this.rows = compileRowAssembler(release)
    this.inputs = compileInputAssembler(release)
    this.scores = compileScoreReader(release)
    this.fixedRows = fixedRowsOf(model)
  }

  get release(): Release {
    return this.#release
  }

  /** The same release under another version number: what it means has not changed, its digest says so. */
  renumber(release: Release): void {
    if (release.digest !== this.#release.digest) throw new Error(`expected ${this.#release.digest}, found ${release.digest}`)
    this.#release = release
  }

  /** Works with the model. It stays loaded until the work has ended, even when the release is retired meanwhile. */
  async use<Result>(work: (model: LoadedModel) => Promise<Result>): Promise<Result> {
    this.#inFlight++
    try {
      return await work(this.model)
    } finally {
      this.#inFlight--
      if (this.#retired) await this.#releaseWhenIdle()
    }
  }

  /** Nothing will ask for this release again: free it when its last run has ended. */
  async retire(): Promise<void> {
    this.#retired = true
    await this.#releaseWhenIdle()
  }

  #releaseWhenIdle(): Promise<void> {
    if (this.#inFlight > 0) return Promise.resolve()
    this.#released ??= this.model.release()
    return this.#released
  }
}

function fixedRowsOf({ inputs }: LoadedModel): number | null {
  const fixed = inputs.map(({ shape }) => shape[0] ?? -1).filter((size) => size !== -1)
  return fixed[0] ?? null
}
