/** Scores the same batches with the candidate and, where it can, with the production version, and keeps what is measured. */
import { MainwardError } from '../../core/error.ts'
import type { ProductionReference } from '../../core/evaluation.ts'
import type { EvaluationRequest } from '../evaluation-request.ts'
import type { RowBatch } from '../evaluation-rows.ts'
import { columnsOf } from '../measuring/plan-measurements.ts'
import type { ScoredRows } from '../measuring/scored-rows.ts'
import { openColumnScorer, type ColumnScorer } from './column-scorer.ts'
import { whyNotComparable } from './compare-layouts.ts'
import { RowCollector } from './row-collector.ts'

export class ScoringSession {
  readonly #request: EvaluationRequest
  readonly #candidate: ColumnScorer
  readonly #collector: RowCollector
  #production: ColumnScorer | null = null
  #whyNot: string | null = null

  /** Throws for a candidate that can not be scored on these features; production is then left out, with the reason. */
  static async open(request: EvaluationRequest, features: readonly string[]): Promise<ScoringSession> {
    const candidate = await openColumnScorer(request.candidate, request.task)
    const missing = candidate.fields.filter((name) => !features.includes(name))
    if (missing.length > 0) {
      await candidate.release()
      throw new MainwardError('invalid-input', `the rows have no column ${missing.join(', ')}, which the model reads`)
    }
    const session = new ScoringSession(request, candidate)
    await session.#openProduction(features)
    return session
  }

  private constructor(request: EvaluationRequest, candidate: ColumnScorer) {
    this.#request = request
    this.#candidate = candidate
    this.#collector = new RowCollector(request, columnsOf(request))
  }

  get rows(): number {
    return this.#collector.rows
  }

  async add(batch: RowBatch): Promise<void> {
    if (batch.rows === 0) return
    const candidate = await this.#candidate.score(batch, this.rows)
    const production = await this.#scoreProduction(batch)
    this.#collector.add(batch, { candidate, production })
  }

  async finish(): Promise<{ readonly scored: ScoredRows; readonly production: ProductionReference }> {
    await this.#candidate.release()
    await this.#production?.release()
    const scored = this.#collector.finish()
    const compared = this.#production === null ? { ...scored, production: null } : scored
    return { scored: compared, production: this.#reference() }
  }

  async #openProduction(features: readonly string[]): Promise<void> {
    const { production, candidate, task } = this.#request
    if (production.version === null) return
    await this.#orLeaveOut(async () => {
      const scorer = await openColumnScorer(production, task)
      this.#production = scorer
      const layouts = { candidate: candidate.layout, production: production.layout }
      this.#whyNot = whyNotComparable(scorer.fields, features, layouts)
      if (this.#whyNot !== null) await this.#leaveOut()
    })
  }

  async #scoreProduction(batch: RowBatch): Promise<Float64Array | null> {
    const scorer = this.#production
    if (scorer === null) return null
    const scores: Float64Array[] = []
    await this.#orLeaveOut(async () => void scores.push(await scorer.score(batch, this.rows)))
    return scores[0] ?? null
  }

  /** A version that does not score every row is not compared: the rows would not be the same. */
  async #orLeaveOut(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof MainwardError)) throw error
      this.#whyNot = `it could not score the rows: ${error.message}`
      await this.#leaveOut()
    }
  }

  async #leaveOut(): Promise<void> {
    await this.#production?.release()
    this.#production = null
  }

  #reference(): ProductionReference {
    const { production } = this.#request
    if (production.version === null) return { version: null, because: production.because }
    const { version, artifact, threshold } = production
    return {
      version,
      artifact,
      ...(threshold === undefined ? {} : { threshold }),
      ...(this.#whyNot === null ? {} : { because: this.#whyNot }),
    }
  }
}
