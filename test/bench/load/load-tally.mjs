// Counts what became of the requests of one run, and keeps a sample of the answers. Knows no sockets and no time.
import { LatencyHistogram } from './latency-histogram.mjs'
import { seededRandom } from './seeded-random.mjs'

/** So many answers other than 2xx are kept of each status, and so many notes of failures. */
const problemsKept = 5

export class LoadTally {
  #plan
  #random
  #good = new LatencyHistogram()
  #other = new LatencyHistogram()
  #sendDelay = new LatencyHistogram()
  #statuses = new Map()
  #failures = new Map()
  #samples = []
  #problems = []
  #notes = []
  #answered = 0
  #withinBudget = 0

  constructor(plan) {
    this.#plan = plan
    this.#random = seededRandom(plan.seed)
  }

  /** `latencyMs` from when the request was due. `answer.body` is copied when it is kept. */
  countAnswer(answer, request, latencyMs) {
    const { status } = answer
    this.#answered += 1
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1)
    if (status >= 200 && status < 300) {
      this.#good.record(latencyMs)
      if (latencyMs <= this.#plan.budgetMs) this.#withinBudget += 1
    } else {
      this.#other.record(latencyMs)
      if (this.#statuses.get(status) <= problemsKept) this.#problems.push(copyOf(answer, request))
    }
    this.#sample(answer, request)
  }

  /** `note`: what the failure says beyond its reason; null: nothing. */
  countFailure(reason, note) {
    if (note !== null && this.#notes.length < problemsKept) this.#notes.push(note)
    this.#failures.set(reason, (this.#failures.get(reason) ?? 0) + 1)
  }

  /** How late a request was sent, by this program's or the connections' fault. */
  countSendDelay(delayMs) {
    this.#sendDelay.record(delayMs)
  }

  summarize(seconds, cpuUs) {
    const failed = [...this.#failures.values()].reduce((sum, count) => sum + count, 0)
    return {
      seconds,
      answered: this.#answered,
      failed,
      statuses: Object.fromEntries(this.#statuses),
      failures: Object.fromEntries(this.#failures),
      ratePerSecond: this.#answered / seconds,
      goodputPerSecond: this.#withinBudget / seconds,
      latency: this.#good.summarize(),
      otherLatency: this.#other.summarize(),
      sendDelay: this.#sendDelay.summarize(),
      generatorCpuUs: cpuUs / Math.max(1, this.#answered),
      samples: this.#samples,
      problems: this.#problems,
      notes: this.#notes,
    }
  }

  /** Every answer has the same chance to be kept, however many there will be (reservoir sampling, Vitter's algorithm R). */
  #sample(answer, request) {
    const { sampleSize } = this.#plan
    if (this.#samples.length < sampleSize) {
      this.#samples.push(copyOf(answer, request))
      return
    }
    const place = Math.floor(this.#random() * this.#answered)
    if (place < sampleSize) this.#samples[place] = copyOf(answer, request)
  }
}

function copyOf({ status, head, body }, request) {
  return { request, status, head, body: Buffer.from(body) }
}
