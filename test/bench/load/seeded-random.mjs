// Random numbers that come again with their seed, and the arrival times of an open loop made of them. Pure.

/** Numbers in [0, 1) by mulberry32 (Tommy Ettinger, public domain). */
export function seededRandom(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Milliseconds between two arrivals: always the same, or those of a Poisson process (exponential). */
export function arrivalGaps(arrivals, ratePerSecond, random) {
  const meanMs = 1000 / ratePerSecond
  return arrivals === 'uniform' ? () => meanMs : () => -Math.log(1 - random()) * meanMs
}
