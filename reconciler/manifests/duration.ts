/** Durations (`50ms 90s 15m 3h 7d`) and sizes (`20Mi`) as manifests write them. Knows nothing of manifests. */

const millisecondsOf: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const bytesOf: Readonly<Record<string, number>> = { '': 1, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 }

/** Milliseconds of a duration, or null when the text is none. */
export function parseDuration(text: string): number | null {
  const match = /^(0|[1-9][0-9]{0,8})(ms|s|m|h|d)$/.exec(text)
  const unit = millisecondsOf[match?.[2] ?? '']
  return match === null || unit === undefined ? null : Number(match[1]) * unit
}

/** Milliseconds of a duration that validation has let through. */
export function durationMs(text: string): number {
  const milliseconds = parseDuration(text)
  if (milliseconds === null) throw new Error(`not a duration: ${text}`)
  return milliseconds
}

/** All of it, in units as manifests write them, the greatest first: `1d 2h`, `90s` as `1m 30s`, `0ms`. A part of a millisecond stays with it. */
export function describeDuration(milliseconds: number): string {
  const parts: string[] = []
  let rest = milliseconds
  for (const [unit, length] of Object.entries(millisecondsOf).reverse()) {
    const count = unit === 'ms' ? rest : Math.floor(rest / length)
    if (count > 0) parts.push(`${count}${unit}`)
    rest -= count * length
  }
  return parts.length === 0 ? '0ms' : parts.join(' ')
}

/** The duration in its largest unit without a remainder: `durationMs` of it gives the same milliseconds. */
export function writeDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s'
  const fitting = Object.entries(millisecondsOf).filter(([, size]) => milliseconds % size === 0)
  const [unit, size] = fitting.at(-1) ?? ['ms', 1]
  return `${milliseconds / size}${unit}`
}

/** Bytes of a size such as `20Mi`, or null when the text is none. */
export function parseSize(text: string): number | null {
  const match = /^(0|[1-9][0-9]{0,11})(Ki|Mi|Gi|Ti)?$/.exec(text)
  const unit = bytesOf[match?.[2] ?? '']
  return match === null || unit === undefined ? null : Number(match[1]) * unit
}

/** Bytes of a size that validation has let through. */
export function sizeBytes(text: string): number {
  const bytes = parseSize(text)
  if (bytes === null) throw new Error(`not a size: ${text}`)
  return bytes
}
