/** Durations as CEL writes them: `90s`, `1h30m`, `-1.5h`, `250ms`. */

const microsOf: Readonly<Record<string, number>> = { h: 3_600_000_000, m: 60_000_000, s: 1_000_000, ms: 1000, us: 1 }

/** Microseconds; undefined for a text that is no duration, and for parts of a microsecond. */
export function parseDurationMicros(text: string): bigint | undefined {
  if (!/^-?(\d{1,9}(\.\d{1,6})?(h|m|s|ms|us))+$/.test(text)) return undefined
  let sum = 0
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|us|m|s)/g))
    sum += Number(number) * (microsOf[unit ?? ''] ?? NaN)
  const rounded = Math.round(sum)
  if (!Number.isSafeInteger(rounded) || Math.abs(sum - rounded) > 1e-3) return undefined
  return BigInt(text.startsWith('-') ? -rounded : rounded)
}
