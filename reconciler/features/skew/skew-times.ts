/** Which times decide on a lookup: what it is replayed as of, how far it was behind, whether a row was young enough. Pure. */
import type { ViewDefinition } from '../../core/feature-definition.ts'
import { gridTime } from '../materialise/grid-time.ts'
import type { RecordedLookup } from './recorded-lookup.ts'

/** Microseconds since the epoch: of a grid view the time that its rows were computed for, of a pushed one the time of the prediction. */
export function replayTime({ online }: ViewDefinition, { atUs, computedAsOfUs }: RecordedLookup): bigint {
  if (online?.type === 'exact') return atUs
  // Without the time nothing was looked up, and nothing will be found: a key is null.
  return computedAsOfUs ?? atUs
}

/** How much earlier than the grid's the rows were, in milliseconds; 0 where they were not, and for views without a grid. */
export function behindMs({ online }: ViewDefinition, { atUs, latencyUs, computedAsOfUs }: RecordedLookup): number {
  if (online?.type !== 'grid' || computedAsOfUs === null) return 0
  const grid = gridTime(Number((atUs - latencyUs) / 1000n), online)
  return grid > computedAsOfUs ? Number((grid - computedAsOfUs) / 1000n) : 0
}

/** `t - ttl <= event`, as serving judges it; where the row grew too old while the request was answered, what was recorded holds. */
export function isYoung({ ttlMs, eventTime }: ViewDefinition, eventUs: bigint | null, lookup: RecordedLookup): boolean {
  if (ttlMs === null || eventTime === null || eventUs === null) return true
  const untilUs = eventUs + BigInt(ttlMs) * 1000n
  if (untilUs >= lookup.atUs) return true
  if (untilUs < lookup.atUs - lookup.latencyUs) return false
  return lookup.status !== 'OUTSIDE_MAX_AGE'
}
