/** A request that the generator sends, again and again with the others in turn. */
export interface LoadRequest {
  readonly path: string
  /** `POST` when left out. */
  readonly method?: string
  /** Empty when left out. */
  readonly body?: string | Uint8Array
  /** Instead of `content-type: application/json`; Host and Content-Length are added. */
  readonly headers?: Readonly<Record<string, string>>
}

interface LoadOptions {
  /** `http://host:port` */
  readonly url: string
  readonly requests: readonly LoadRequest[]
  /** How long is measured. */
  readonly seconds: number
  /** Before that, at the same load; 0 when left out. */
  readonly warmupSeconds?: number
  /** A request without an answer by then failed with `timeout`; 10,000 when left out. */
  readonly timeoutMs?: number
  /** A 2xx counts for the goodput when it is as fast as this; any is when left out. */
  readonly budgetMs?: number
  /** Answers that are kept, each with the same chance; 100 when left out. */
  readonly sampleSize?: number
  readonly seed?: number
}

export interface ClosedLoopOptions extends LoadOptions {
  /** 16 when left out. */
  readonly connections?: number
}

export interface OpenLoopOptions extends LoadOptions {
  readonly ratePerSecond: number
  /** `poisson` when left out. */
  readonly arrivals?: 'poisson' | 'uniform'
  /** At most so many are open; requests that find none free wait, and their latency grows. 1,000 when left out. */
  readonly connections?: number
}

/** NaN where nothing was counted. */
export interface LatencySummary {
  readonly count: number
  readonly meanMs: number
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  readonly maxMs: number
}

export interface SampledAnswer {
  /** Index in `requests`. */
  readonly request: number
  readonly status: number
  /** Status line and headers. */
  readonly head: string
  readonly body: Buffer
}

/**
 * Why a request got no answer. `refused`: no connection; `unanswered`: hung up before an answer; `dropped`: the same on a
 * connection that had answered others (HTTP lets a client ask again); `cut`: hung up within an answer.
 */
export type LoadFailure = 'refused' | 'unanswered' | 'dropped' | 'cut' | 'timeout' | 'malformed'

export interface LoadResult {
  readonly seconds: number
  /** Closed loop: answered while it was measured. Open loop: due while it was measured, answered at any time. */
  readonly answered: number
  readonly failed: number
  readonly statuses: Readonly<Record<number, number>>
  readonly failures: Readonly<Partial<Record<LoadFailure, number>>>
  readonly ratePerSecond: number
  /** 2xx within the budget a second. */
  readonly goodputPerSecond: number
  /** Of the 2xx. Open loop: from when the request was due. */
  readonly latency: LatencySummary
  /** Of all other answers. */
  readonly otherLatency: LatencySummary
  /** Open loop: how late requests left, for want of a connection or of processor time of the generator. */
  readonly sendDelay: LatencySummary
  /** Processor time of the generator by answer, in microseconds. */
  readonly generatorCpuUs: number
  readonly samples: readonly SampledAnswer[]
  /** The first few of each status other than 2xx. */
  readonly problems: readonly SampledAnswer[]
  /** The first few answers that were malformed: what could not be read. */
  readonly notes: readonly string[]
}

export interface RunningLoad {
  readonly pid: number
  /** Resolves when the warm-up is over. */
  readonly measuring: Promise<void>
  /** Resolves when nothing is counted or sent any more; what is under way is still waited for. */
  readonly measured: Promise<void>
  readonly result: Promise<LoadResult>
  /** Ends the measurement now: the result has what there is. */
  stop(): void
}

export function startClosedLoop(options: ClosedLoopOptions): RunningLoad
export function startOpenLoop(options: OpenLoopOptions): RunningLoad
