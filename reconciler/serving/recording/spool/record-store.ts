/** The port to where records are kept for good. Knows no database. */

/** What a line was refused for. */
export interface RefusedLine {
  readonly line: string
  readonly reason: string
}

export interface SegmentLines {
  /** Name of the segment, unique among all data planes: it is stored once, however often it is handed over. */
  readonly segment: string
  readonly lines: readonly string[]
  /** Lines with a data time before this one are past their retention. Milliseconds since the epoch. */
  readonly oldestMs: number
  /** Keeps lines that the store refuses; awaited before the segment counts as stored. */
  readonly setAside: (refused: readonly RefusedLine[]) => Promise<void>
}

export interface StoredSegment {
  readonly stored: number
  readonly expired: number
  readonly refused: number
}

export interface RecordStore {
  /** Stores all lines or, when it throws, none of them. Lines that can never be stored are set aside. Throws `unavailable` and the like. */
  storePredictions(lines: SegmentLines): Promise<StoredSegment>
  /** As `storePredictions`; an outcome whose id is stored already is not stored again. */
  storeOutcomes(lines: SegmentLines): Promise<StoredSegment>
  /** Takes away what is past its retention. Milliseconds since the epoch; `dataMs` is the data clock that they are counted from. */
  removeExpired(oldest: { readonly predictionsMs: number; readonly outcomesMs: number; readonly dataMs: number }): Promise<void>
}
