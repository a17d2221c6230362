/** Instants as people write them (RFC 3339), to the microsecond. Knows nothing of local times: an instant carries its offset. */

const written = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?\s?([Zz]|[+-]\d\d:\d\d))?$/

/**
 * Microseconds since the epoch; null when the text is no instant. A date alone is its midnight in UTC; a time needs `Z` or an offset
 * (RFC 3339, section 5.6; seconds may be left out). More digits than microseconds, and second 60, are refused.
 */
export function parseInstant(text: string): bigint | null {
  const match = written.exec(text)
  if (match === null) return null
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', offset = 'Z'] = match
  const date = `${year}-${month}-${day}`
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null
  const milliseconds = Date.parse(`${date}T${hour}:${minute}:${second}Z`)
  // Date.parse lets 30 February pass as 1 March: what it read must be what was written.
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString().slice(0, 10) !== date) return null
  const minutes = offsetMinutes(offset)
  if (minutes === null) return null
  return BigInt(milliseconds - minutes * 60_000) * 1000n + BigInt(fraction.padEnd(6, '0'))
}

function offsetMinutes(offset: string): number | null {
  if (/^z$/i.test(offset)) return 0
  const [hours = 0, minutes = 0] = offset.slice(1).split(':').map(Number)
  if (hours > 23 || minutes > 59) return null
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}

/** The shortest text that `parseInstant` reads as these microseconds since the epoch: in UTC, seconds, and a fraction only where there is one. */
export function formatInstant(micros: bigint): string {
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n
  const seconds = new Date(Number((micros - fraction) / 1000n)).toISOString().slice(0, 19)
  const digits = String(fraction).padStart(6, '0').replace(/0+$/, '')
  return `${seconds}${digits === '' ? '' : `.${digits}`}Z`
}
