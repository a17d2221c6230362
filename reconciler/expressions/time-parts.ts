/** Parts of times in UTC and of durations, as CEL counts them: months, days of the month, of the week and of the year from 0. */

const dayMicros = 86_400_000_000n

/** Undefined beyond the years that a date has (about 270,000 to both sides). */
function date(part: (date: Date) => number) {
  return (micros: bigint): bigint | undefined => {
    const value = part(new Date(Number(floor(micros, 1000n))))
    return Number.isNaN(value) ? undefined : BigInt(value)
  }
}

function floor(micros: bigint, by: bigint): bigint {
  return (micros - (((micros % by) + by) % by)) / by
}

function ofDay(size: bigint, count: bigint) {
  return (micros: bigint): bigint => ((((micros % dayMicros) + dayMicros) % dayMicros) / size) % count
}

/** `Date.UTC` takes the years 0 to 99 for those of the last century; `setUTCFullYear` does not. */
function dayOfYear(at: Date): number {
  const year = at.getUTCFullYear()
  const day = new Date(0).setUTCFullYear(year, at.getUTCMonth(), at.getUTCDate())
  return (day - new Date(0).setUTCFullYear(year, 0, 1)) / 86_400_000
}

export const timeParts = [
  { type: 'timestamp', name: 'getFullYear', part: date((at) => at.getUTCFullYear()) },
  { type: 'timestamp', name: 'getMonth', part: date((at) => at.getUTCMonth()) },
  { type: 'timestamp', name: 'getDate', part: date((at) => at.getUTCDate()) },
  { type: 'timestamp', name: 'getDayOfMonth', part: date((at) => at.getUTCDate() - 1) },
  { type: 'timestamp', name: 'getDayOfWeek', part: date((at) => at.getUTCDay()) },
  { type: 'timestamp', name: 'getDayOfYear', part: date(dayOfYear) },
  { type: 'timestamp', name: 'getHours', part: ofDay(3_600_000_000n, 24n) },
  { type: 'timestamp', name: 'getMinutes', part: ofDay(60_000_000n, 60n) },
  { type: 'timestamp', name: 'getSeconds', part: ofDay(1_000_000n, 60n) },
  { type: 'timestamp', name: 'getMilliseconds', part: ofDay(1000n, 1000n) },
  { type: 'duration', name: 'getHours', part: (micros: bigint) => micros / 3_600_000_000n },
  { type: 'duration', name: 'getMinutes', part: (micros: bigint) => micros / 60_000_000n },
  { type: 'duration', name: 'getSeconds', part: (micros: bigint) => micros / 1_000_000n },
  { type: 'duration', name: 'getMilliseconds', part: (micros: bigint) => (micros / 1000n) % 1000n },
] as const
