/** What materialising needs of the online store: how far a view is filled, and pages of rows written with it. Wired in cli/. */
import type { OnlineView } from '../../core/online-view.ts'

/** Times are in microseconds since the epoch. */
export interface ViewState {
  readonly id: number
  /** All rows are as of this time; null: not filled yet. */
  readonly watermarkUs: bigint | null
  /** Of the data that was known at the watermark; null without one. */
  readonly fingerprint: string | null
  /** Names the files that held the data at the watermark; null: unknown. */
  readonly dataFiles: string | null
  /** True: of these files no row becomes known after the watermark, and time alone changes no value. */
  readonly isSettled: boolean
  /** Null: none is under way. */
  readonly filling: Filling | null
}

/** A fill that was begun and is not at its end. */
export interface Filling {
  readonly asOfUs: bigint
  /** Of the data that was known at `asOfUs`. */
  readonly fingerprint: string
  /** True: of every entity; false: of those whose values may differ from the watermark's. */
  readonly isWhole: boolean
  /** Key of the last entity that is done; null: none yet. */
  readonly after: string | null
}

export interface FilledPage {
  /**
   * Rows with values, a line each: text of `encodeEntityKey`, event and created time, and a JSON array of encoded values in the order of
   * `OnlineView.features`; a tab between them, `\N` for a time that is null, every backslash doubled, a line feed at the end.
   */
  readonly lines: string
  /** True: a row whose event, or of equal ones created time, is not after that of the row that is there changes nothing. */
  readonly isNewerOnly: boolean
  /** Keys that have no value as of the fill's time. */
  readonly gone: readonly string[]
  /** True: a fill begins, and what an earlier one that was given up noted as gone is not. */
  readonly isFirst: boolean
  /** How far the fill is with this page. */
  readonly filling: Filling
}

export interface FilledView {
  readonly asOfUs: bigint
  readonly fingerprint: string
  readonly dataFiles: string | null
  readonly isSettled: boolean
  /** Rows whose event time is before it are removed; null: none. */
  readonly removeBeforeUs: bigint | null
}

/** Each call is one transaction. What is as of a later time is never overwritten. */
export interface OnlineRows {
  /** Makes the view's place in the store when it is not there. */
  ensure(view: Pick<OnlineView, 'name' | 'digest'>): Promise<ViewState>
  /** Every key of the view, in pages, in any order. */
  keys(viewId: number): AsyncIterable<readonly string[]>
  write(viewId: number, page: FilledPage): Promise<void>
  /** The fill is at its end: sets the watermark. */
  finish(viewId: number, filled: FilledView): Promise<void>
}
