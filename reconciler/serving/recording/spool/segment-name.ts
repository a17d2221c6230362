/** Names of spool segments: `<time>-<worker>-<number>`, ordered by time; `.open` while one writes to it, `.jsonl` when it is whole. */

export const openSuffix = '.open'
export const closedSuffix = '.jsonl'

/** `worker` is unique among all processes that ever wrote to the folder; letters, digits and `_` only. */
export function segmentStem(wallMs: number, worker: string, number: number): string {
  if (!/^\w+$/.test(worker)) throw new Error(`a worker's name in a segment has letters, digits and _, found ${worker}`)
  return `${String(Math.max(0, Math.floor(wallMs))).padStart(15, '0')}-${worker}-${String(number).padStart(6, '0')}`
}

/** The worker that writes an open segment; null for any other file. */
export function workerOf(file: string): string | null {
  return /^\d{15}-(\w+)-\d+\.open$/.exec(file)?.[1] ?? null
}

export function isClosedSegment(file: string): boolean {
  return /^\d{15}-\w+-\d+\.jsonl$/.test(file)
}
