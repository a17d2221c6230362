/**
 * Counts of each version in the form of Triton's statistics extension: requests by outcome, runs, and where their time went.
 * Knows no protocol and no clock.
 * Source: github.com/triton-inference-server/server, docs/protocol/extension_statistics.md.
 */

/** How often, and how long in total, in nanoseconds. */
export interface DurationStatistic {
  readonly count: number
  readonly ns: number
}

export interface BatchStatistics {
  /** Rows of a run: exact up to 64, above that rounded up to a power of two, so that there are few. */
  readonly batchSize: number
  readonly computeInput: DurationStatistic
  readonly computeInfer: DurationStatistic
  readonly computeOutput: DurationStatistic
}

export interface ReleaseStatistics {
  readonly model: string
  readonly version: string
  /** Milliseconds since 1970; 0 before the first. */
  readonly lastInferenceMs: number
  /** Rows of the requests that succeeded. */
  readonly inferenceCount: number
  /** Runs. */
  readonly executionCount: number
  /** Requests; their time from arrival to the end of the run. */
  readonly success: DurationStatistic
  readonly fail: DurationStatistic
  /** Requests that succeeded: each counts the whole time of the run that it shared. */
  readonly queue: DurationStatistic
  readonly computeInput: DurationStatistic
  readonly computeInfer: DurationStatistic
  readonly computeOutput: DurationStatistic
  /** By size, ascending. */
  readonly batches: readonly BatchStatistics[]
}

/** Where the time of one run went, in nanoseconds. */
export interface RunTimes {
  readonly inputNs: number
  readonly inferNs: number
  readonly outputNs: number
}

const largestExactBatch = 64

class DurationCounter implements DurationStatistic {
  count = 0
  ns = 0

  add(ns: number): void {
    this.count++
    this.ns += ns
  }

  snapshot(): DurationStatistic {
    return { count: this.count, ns: this.ns }
  }
}

class PhaseCounters {
  readonly computeInput = new DurationCounter()
  readonly computeInfer = new DurationCounter()
  readonly computeOutput = new DurationCounter()

  add({ inputNs, inferNs, outputNs }: RunTimes): void {
    this.computeInput.add(inputNs)
    this.computeInfer.add(inferNs)
    this.computeOutput.add(outputNs)
  }

  snapshot(): Omit<BatchStatistics, 'batchSize'> {
    return {
      computeInput: this.computeInput.snapshot(),
      computeInfer: this.computeInfer.snapshot(),
      computeOutput: this.computeOutput.snapshot(),
    }
  }
}

/** The counters of one version in this process. Cheap: numbers are added, nothing is made. */
export class ReleaseCounters {
  readonly model: string
  readonly version: string
  readonly #readMs: () => number
  readonly #success = new DurationCounter()
  readonly #fail = new DurationCounter()
  readonly #queue = new DurationCounter()
  readonly #phases = new PhaseCounters()
  readonly #batches = new Map<number, PhaseCounters>()
  #lastInferenceMs = 0
  #inferenceCount = 0
  #executionCount = 0

  constructor(model: string, version: string, readMs: () => number) {
    this.model = model
    this.version = version
    this.#readMs = readMs
  }

  /** One run of the model that succeeded, over all rows of its batch. */
  countRun(rows: number, times: RunTimes): void {
    this.#executionCount++
    this.#lastInferenceMs = this.#readMs()
    const size = rows <= largestExactBatch ? rows : 2 ** Math.ceil(Math.log2(rows))
    let batch = this.#batches.get(size)
    if (batch === undefined) this.#batches.set(size, (batch = new PhaseCounters()))
    batch.add(times)
  }

  /** One request that a run answered, with its own rows and its own wait before that run. */
  countSuccess(rows: number, queueNs: number, times: RunTimes): void {
    this.#inferenceCount += rows
    this.#success.add(queueNs + times.inputNs + times.inferNs + times.outputNs)
    this.#queue.add(queueNs)
    this.#phases.add(times)
  }

  /** One request whose run failed or came too late. */
  countFailure(totalNs: number): void {
    this.#fail.add(totalNs)
  }

  snapshot(): ReleaseStatistics {
    const batches = [...this.#batches].sort(([a], [b]) => a - b)
    return {
      model: this.model,
      version: this.version,
      lastInferenceMs: this.#lastInferenceMs,
      inferenceCount: this.#inferenceCount,
      executionCount: this.#executionCount,
      success: this.#success.snapshot(),
      fail: this.#fail.snapshot(),
      queue: this.#queue.snapshot(),
      ...this.#phases.snapshot(),
      batches: batches.map(([batchSize, phases]) => ({ batchSize, ...phases.snapshot() })),
    }
  }
}

/** One entry for each version. */
export function mergeStatistics(all: readonly ReleaseStatistics[]): readonly ReleaseStatistics[] {
  const merged = new Map<string, ReleaseStatistics>()
  for (const statistics of all) {
    const key = `${statistics.model}\n${statistics.version}`
    const before = merged.get(key)
    merged.set(key, before === undefined ? statistics : addStatistics(before, statistics))
  }
  return [...merged.values()]
}

function addStatistics(a: ReleaseStatistics, b: ReleaseStatistics): ReleaseStatistics {
  return {
    model: a.model,
    version: a.version,
    lastInferenceMs: Math.max(a.lastInferenceMs, b.lastInferenceMs),
    inferenceCount: a.inferenceCount + b.inferenceCount,
    executionCount: a.executionCount + b.executionCount,
    success: add(a.success, b.success),
    fail: add(a.fail, b.fail),
    queue: add(a.queue, b.queue),
    ...addPhases(a, b),
    batches: addBatches(a.batches, b.batches),
  }
}

function addBatches(a: readonly BatchStatistics[], b: readonly BatchStatistics[]): readonly BatchStatistics[] {
  const merged = new Map(a.map((batch) => [batch.batchSize, batch]))
  for (const batch of b) {
    const before = merged.get(batch.batchSize)
    merged.set(batch.batchSize, before === undefined ? batch : { batchSize: batch.batchSize, ...addPhases(before, batch) })
  }
  return [...merged.values()].sort((left, right) => left.batchSize - right.batchSize)
}

type Phases = Omit<BatchStatistics, 'batchSize'>

function addPhases(a: Phases, b: Phases): Phases {
  return {
    computeInput: add(a.computeInput, b.computeInput),
    computeInfer: add(a.computeInfer, b.computeInfer),
    computeOutput: add(a.computeOutput, b.computeOutput),
  }
}

function add(a: DurationStatistic, b: DurationStatistic): DurationStatistic {
  return { count: a.count + b.count, ns: a.ns + b.ns }
}
