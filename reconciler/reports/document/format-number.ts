/** Numbers as reports show them: the same digits on every machine. Pure. */

/**
 * Four decimals, as metrics are compared; what is smaller than they show has two significant digits, what is a million or more six. An undefined
 * value is `undefined`.
 */
export function formatMetric(value: number | null): string {
  if (value === null || Number.isNaN(value)) return 'undefined'
  if (!Number.isFinite(value)) return value > 0 ? 'infinite' : '-infinite'
  const size = Math.abs(value)
  if (size >= 1e6) return String(Number(value.toPrecision(6)))
  if (size > 0 && size < 0.0005) return String(Number(value.toPrecision(2)))
  return withoutNegativeZero(value.toFixed(4))
}

/** With its sign, also where it is positive. */
export function formatDifference(value: number | null): string {
  const text = formatMetric(value)
  return value !== null && value > 0 ? `+${text}` : text
}

/** `0.7302 to 0.8003`; empty without an interval. */
export function formatInterval(low: number | null, high: number | null, format: typeof formatMetric = formatMetric): string {
  if (low === null && high === null) return ''
  return `${low === null ? 'no lower end' : format(low)} to ${high === null ? 'no upper end' : format(high)}`
}

/** A share as percent with one decimal: `25.9 %`. */
export function formatShare(part: number, whole: number): string {
  return whole === 0 ? 'undefined' : formatPercent(part / whole)
}

export function formatPercent(share: number | null): string {
  return share === null || !Number.isFinite(share) ? 'undefined' : `${withoutNegativeZero((100 * share).toFixed(1))} %`
}

/** Whole numbers with thousands apart: `12,423`. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `1.4 MiB`, `125.0 KiB`, `712 B`. */
export function formatBytes(bytes: number): string {
  const units = ['KiB', 'MiB', 'GiB', 'TiB']
  if (bytes < 1024) return `${bytes} B`
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), units.length)
  return `${(bytes / 1024 ** power).toFixed(1)} ${units[power - 1] ?? 'KiB'}`
}

/** `42 s`, `12 min 5 s`, `2 h 10 min`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return seconds < 10 ? `${seconds.toFixed(1)} s` : `${whole} s`
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60]
  if (minutes < 60) return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`
  return minutes % 60 === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** What rounds to nothing has no sign. */
function withoutNegativeZero(text: string): string {
  return /^-0\.?0*$/.test(text) ? text.slice(1) : text
}
