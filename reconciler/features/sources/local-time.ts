/** SQL for times that are written without a zone: to UTC, and which of them no instant or two instants have. Pure. */
import { quoteText } from '../engine/quote.ts'

/**
 * The offset of a zone changes at most once in two days. So a local time L has the offset of the day before or of the day after:
 * `L - offset` is its instant when it reads L on the zone's clock.
 */
export interface LocalTime {
  /** The instant as TIMESTAMP in UTC; of two the earlier, so that a check must stand beside. */
  readonly utc: string
  /** True for a local time that two instants have: clocks were set back. */
  readonly isAmbiguous: string
  /** True for a local time that no instant has: clocks were set forward. */
  readonly isMissing: string
}

/** `local` is an expression of type TIMESTAMP; `zone` an IANA name. */
export function localTime(local: string, zone: string): LocalTime {
  if (zone === 'UTC') return { utc: local, isAmbiguous: 'false', isMissing: 'false' }
  const before = candidate(local, zone, '-')
  const after = candidate(local, zone, '+')
  const reads = (utc: string): string => `(${toLocal(utc, zone)} = ${local})`
  // Nearly all: no change is near. CASE looks at the rest alone, where AND would look at every row.
  const near = `case when ${before} = ${after} then`
  return {
    utc: `${near} ${before} when ${reads(before)} then ${before} else ${after} end`,
    isAmbiguous: `(${near} false else ${reads(before)} and ${reads(after)} end)`,
    isMissing: `(${near} false else not ${reads(before)} and not ${reads(after)} end)`,
  }
}

/** The instant, were the offset still (or already) that of a day away. */
function candidate(local: string, zone: string, direction: '+' | '-'): string {
  const day = `(${local} ${direction} interval 24 hours)`
  return `(${local} - (${toLocal(day, zone)} - ${day}))`
}

/** What the zone's clock shows at an instant given as TIMESTAMP in UTC. */
function toLocal(utc: string, zone: string): string {
  return `((${utc} at time zone 'UTC') at time zone ${quoteText(zone)})`
}
