/** Which small segments of a log become one: those of a day that is over. Pure. */
import type { ListedSegment } from '../../database/push-log-queries.ts'

const dayUs = 86_400_000_000n

/** The begin of the data clock's day, in microseconds since the epoch. */
export function startOfDay(nowUs: bigint): bigint {
  const within = nowUs % dayUs
  return nowUs - (within < 0n ? within + dayUs : within)
}

/** A segment that is smaller fits into one with any other such. */
export function smallLimits({ rows, bytes }: { readonly rows: number; readonly bytes: number }) {
  return { rows: Math.ceil(rows / 2), bytes: Math.ceil(bytes / 2) }
}

/** Groups of two and more, each of one day (of its first push) and within the limits of a segment, in the order of the segments. */
export function planMerges(
  small: readonly ListedSegment[],
  limits: { readonly rows: number; readonly bytes: number },
): readonly (readonly ListedSegment[])[] {
  return [...groupByDay(small).values()].flatMap((day) => pack(day, limits)).filter((group) => group.length > 1)
}

function groupByDay(segments: readonly ListedSegment[]): ReadonlyMap<bigint, readonly ListedSegment[]> {
  const days = new Map<bigint, ListedSegment[]>()
  for (const segment of segments) {
    const day = startOfDay(segment.firstCreatedUs)
    days.set(day, [...(days.get(day) ?? []), segment])
  }
  return days
}

function pack(
  segments: readonly ListedSegment[],
  limits: { readonly rows: number; readonly bytes: number },
): readonly (readonly ListedSegment[])[] {
  const groups: ListedSegment[][] = []
  let [rows, bytes] = [0, 0]
  for (const segment of segments) {
    const last = groups.at(-1)
    ;[rows, bytes] = [rows + segment.rows, bytes + segment.sizeBytes]
    if (last !== undefined && rows <= limits.rows && bytes <= limits.bytes) last.push(segment)
    else {
      groups.push([segment])
      ;[rows, bytes] = [segment.rows, segment.sizeBytes]
    }
  }
  return groups
}
