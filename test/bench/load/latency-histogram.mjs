// Counts latencies in logarithmic buckets of at most 1.6 % width: a microsecond is recorded without an allocation. Knows no HTTP.

/** Whole numbers below this have a bucket each; every doubling above has half as many. */
const linear = 128
const half = linear / 2
/** 2^31 microseconds are 36 minutes. */
const buckets = linear + 24 * half

export class LatencyHistogram {
  #counts = new Uint32Array(buckets)
  #count = 0
  #sumUs = 0
  #maxUs = 0

  record(milliseconds) {
    const us = Math.max(0, Math.min(2 ** 31 - 1, Math.round(milliseconds * 1000)))
    this.#counts[bucketOf(us)] += 1
    this.#count += 1
    this.#sumUs += us
    if (us > this.#maxUs) this.#maxUs = us
  }

  /** The latency that the share `quantile` of all does not exceed; NaN when there is none. */
  quantileMs(quantile) {
    if (this.#count === 0) return Number.NaN
    let left = Math.max(1, Math.ceil(quantile * this.#count))
    for (let bucket = 0; bucket < buckets; bucket += 1) {
      left -= this.#counts[bucket]
      if (left <= 0) return Math.min(highestOf(bucket), this.#maxUs) / 1000
    }
    return this.#maxUs / 1000
  }

  summarize() {
    return {
      count: this.#count,
      meanMs: this.#sumUs / this.#count / 1000,
      p50Ms: this.quantileMs(0.5),
      p90Ms: this.quantileMs(0.9),
      p99Ms: this.quantileMs(0.99),
      p999Ms: this.quantileMs(0.999),
      maxMs: this.#count === 0 ? Number.NaN : this.#maxUs / 1000,
    }
  }
}

function bucketOf(us) {
  if (us < linear) return us
  const shift = 31 - Math.clz32(us) - 6
  return linear + (shift - 1) * half + ((us >> shift) - half)
}

/** The largest number of a bucket. */
function highestOf(bucket) {
  if (bucket < linear) return bucket
  const shift = Math.floor((bucket - linear) / half) + 1
  return (((bucket - linear) % half) + half + 1) * 2 ** shift - 1
}
