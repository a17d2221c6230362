/** Candidate and production on the same recorded requests: whose decision would be another. Nothing is sent, nothing is served. */
import { MainwardError } from '../../core/error.ts'
import type { ReplayOutcome } from '../../core/evaluation.ts'
import { listNames } from '../../core/nearest-name.ts'
import { createRequestScorer, type RequestScorer, type RowScore, type ScoredModel } from '../behaviour/request-scorer.ts'
import { mostLikely } from '../behaviour/test-golden.ts'
import { ChangeGroups } from './change-groups.ts'
import { compileRecordReader, type RecordedRequest, type RecordReader } from './recorded-request.ts'

export interface Replay {
  /** A file, or the address of a server: for people. */
  readonly source: string
  readonly candidate: ScoredModel
  readonly production: ScoredModel
  readonly requests: AsyncIterable<RecordedRequest> | Iterable<RecordedRequest>
}

const batchRequests = 1024
const mostExamples = 10
const mostReasons = 5

type Side = 'candidate' | 'production'

/** What a model says of a request. */
type Answer =
  | {
      readonly type: 'answered'
      readonly decision: string | boolean | null
      readonly score: number
      readonly scores: readonly number[]
    }
  | { readonly type: 'failed'; readonly because: string }

/** One pass, some thousand requests in memory at once. Throws `invalid-input` where only one of both has classes, and `model-unusable`. */
export async function replayRequests({ source, candidate, production, requests }: Replay): Promise<ReplayOutcome> {
  if ((candidate.classes === null) !== (production.classes === null)) {
    throw new MainwardError('invalid-input', 'expected two models of one task, found one with classes and one without')
  }
  const sides = { candidate: compileSide(candidate), production: compileSide(production) }
  const tally = new ReplayTally(largestChange(candidate, production))
  for await (const batch of inBatches(requests)) {
    const [news, olds] = [await sides.candidate(batch), await sides.production(batch)]
    batch.forEach((request, index) => {
      const [ours, theirs] = [news[index], olds[index]]
      if (ours === undefined || theirs === undefined) throw new Error('every request has two answers')
      tally.add(request, ours, theirs)
    })
  }
  return tally.outcome(source)
}

async function* inBatches(requests: Replay['requests']): AsyncGenerator<readonly RecordedRequest[]> {
  let batch: RecordedRequest[] = []
  for await (const request of requests) {
    batch.push(request)
    if (batch.length < batchRequests) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

type Ask = (batch: readonly RecordedRequest[]) => Promise<readonly Answer[]>

function compileSide(scored: ScoredModel): Ask {
  const reader = compileRecordReader(scored.layout)
  const scorer = createRequestScorer(scored)
  return async (batch) => {
    const scores = await scoreWhole(batch, reader, scorer)
    return scores.map((score) => answerOf(score, scored))
  }
}

/** Requests that lack an input are not asked about. */
async function scoreWhole(
  batch: readonly RecordedRequest[],
  reader: RecordReader,
  scorer: RequestScorer,
): Promise<readonly RowScore[]> {
  const lacking = batch.map((request) => reader.missing(request))
  const whole = batch.filter((_, index) => lacking[index]?.length === 0)
  const scores = await scorer.score(whole.map((request) => reader.row(request)))
  let next = 0
  return lacking.map((names): RowScore => {
    if (names.length > 0) return { type: 'refused', because: `the records have no ${listNames(names)}` }
    const score = scores[next++]
    if (score === undefined) throw new Error('every row has a score')
    return score
  })
}

function answerOf(score: RowScore, { threshold, classes }: ScoredModel): Answer {
  if (score.type === 'refused') return { type: 'failed', because: score.because }
  const { scores } = score
  const [first = NaN] = scores
  if (!scores.every(Number.isFinite)) return { type: 'failed', because: 'the score is no finite number' }
  if (classes === null)
    return { type: 'answered', decision: threshold === null ? null : first >= threshold, score: first, scores }
  const column = mostLikely(scores)
  return { type: 'answered', decision: classes[column] ?? null, score: scores[column] ?? NaN, scores }
}

type MeasureChange = (ours: Answered, theirs: Answered) => number

type Answered = Extract<Answer, { type: 'answered' }>

/** Of one score the change itself, else the largest of any class, each by its name. */
function largestChange(candidate: ScoredModel, production: ScoredModel): MeasureChange {
  const { classes } = candidate
  if (classes === null) return (ours, theirs) => ours.score - theirs.score
  const places = classes.map((name) => production.classes?.indexOf(name) ?? -1)
  return (ours, theirs) =>
    Math.max(...ours.scores.map((score, column) => Math.abs(score - (theirs.scores[places[column] ?? -1] ?? 0))))
}

class ReplayTally {
  readonly #groups = new ChangeGroups()
  readonly #reasons = new Map<string, { of: Side; because: string; requests: number }>()
  readonly #examples: ReplayOutcome['examples'][number][] = []
  readonly #counts = { requests: 0, failed: 0, decisionsChanged: 0, toPositive: 0, toNegative: 0 }
  readonly #measure: MeasureChange
  #sum = 0
  #largest = 0

  constructor(measure: MeasureChange) {
    this.#measure = measure
  }

  add(request: RecordedRequest, ours: Answer, theirs: Answer): void {
    this.#counts.requests += 1
    if (ours.type === 'failed' || theirs.type === 'failed') {
      this.#counts.failed += 1
      if (ours.type === 'failed') this.#fail('candidate', ours.because)
      if (theirs.type === 'failed') this.#fail('production', theirs.because)
      return
    }
    const moved = this.#measure(ours, theirs)
    this.#sum += moved
    this.#largest = Math.max(this.#largest, Math.abs(moved))
    const isChanged = ours.decision !== theirs.decision
    this.#groups.add(request.fields, isChanged)
    if (isChanged) this.#change(request, ours, theirs)
  }

  #fail(of: Side, because: string): void {
    const key = `${of} ${because}`
    const known = this.#reasons.get(key)
    // Reasons that name values are as many as requests: those that came late are counted, and not told.
    if (known === undefined && this.#reasons.size >= 1000) return
    this.#reasons.set(key, { of, because, requests: (known?.requests ?? 0) + 1 })
  }

  #change({ requestId, unit }: RecordedRequest, ours: Answered, theirs: Answered): void {
    this.#counts.decisionsChanged += 1
    if (ours.decision === true) this.#counts.toPositive += 1
    if (ours.decision === false) this.#counts.toNegative += 1
    if (this.#examples.length >= mostExamples) return
    this.#examples.push({ requestId, unit, candidate: rounded(ours.score), production: rounded(theirs.score) })
  }

  outcome(source: string): ReplayOutcome {
    const { requests, failed } = this.#counts
    const answered = requests - failed
    return {
      source,
      ...this.#counts,
      failures: [...this.#reasons.values()].sort((a, b) => b.requests - a.requests).slice(0, mostReasons),
      meanScoreChange: answered === 0 ? 0 : rounded(this.#sum / answered),
      maximumScoreChange: rounded(this.#largest),
      groups: this.#groups.list(),
      examples: this.#examples,
    }
  }
}

/** Six significant digits, as all estimates. */
function rounded(value: number): number {
  return Number(value.toPrecision(6))
}
