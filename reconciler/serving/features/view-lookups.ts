/** From rows that are wanted to requests of the online store and back: each key of a definition is asked for once. Pure. */
import type { Digest } from '../../core/digest.ts'
import type { OnlineView } from '../../core/online-view.ts'
import type { OnlineAnswer, OnlineRequest } from '../ports.ts'
import type { EntityKey } from './entity-key.ts'
import { FeaturesUnavailableError } from './features-unavailable.ts'
import { createJudge, type ViewRow } from './view-row.ts'

/** The rows of one view that are wanted, one for each entity. Views of one definition may be there several times. */
export interface ViewLookup {
  readonly view: OnlineView
  readonly keys: readonly EntityKey[]
}

interface AskedView {
  readonly request: number
  /** By text, the position in the request. */
  readonly places: Map<string, number>
}

export interface PlannedLookups {
  /** Empty: there is nothing to ask. */
  readonly requests: readonly OnlineRequest[]
  /** The rows of each lookup, in the order of its keys, as they are at `atUs`. Throws FeaturesUnavailableError for a view that was never filled. */
  readonly spread: (answers: readonly OnlineAnswer[], atUs: bigint) => readonly (readonly ViewRow[])[]
}

const nothing: OnlineAnswer = { watermarkUs: null, rows: [] }

export function planLookups(lookups: readonly ViewLookup[]): PlannedLookups {
  const asked = new Map<Digest, AskedView>()
  const keysOf: string[][] = []
  const placesOf = lookups.map(({ view, keys }) => {
    let found = asked.get(view.digest)
    if (found === undefined) {
      found = { request: keysOf.length, places: new Map() }
      asked.set(view.digest, found)
      keysOf.push([])
    }
    const own = keysOf[found.request] ?? []
    return keys.map((key) => placeKey(key, found.places, own))
  })
  const requests = [...asked].map(([digest, { request }]) => ({ digest, keys: keysOf[request] ?? [] }))
  return {
    requests: requests.some(({ keys }) => keys.length > 0) ? requests : [],
    spread: (answers, atUs) =>
      lookups.map(({ view }, index) => {
        const answer = answers[asked.get(view.digest)?.request ?? 0] ?? nothing
        assertFilled(view, answer)
        return spreadRows(view, answer, placesOf[index] ?? [], atUs)
      }),
  }
}

/** -1: it is not looked up. */
function placeKey({ text, hasNull }: EntityKey, places: Map<string, number>, keys: string[]): number {
  if (hasNull) return -1
  const known = places.get(text)
  if (known !== undefined) return known
  places.set(text, keys.length)
  return keys.push(text) - 1
}

/** Entities that share a key share its row. */
function spreadRows(view: OnlineView, answer: OnlineAnswer, places: readonly number[], atUs: bigint): readonly ViewRow[] {
  const judge = createJudge(view, answer, atUs)
  const judged = answer.rows.map(judge)
  const missing = judge(null)
  return places.map((place) => judged[place] ?? missing)
}

/** A row that is not there yet must not look like one that does not exist. */
function assertFilled({ name, isPushed }: OnlineView, { watermarkUs, rows }: OnlineAnswer): void {
  if (isPushed || watermarkUs !== null || rows.length === 0) return
  throw new FeaturesUnavailableError(`the online values of the view "${name}" are being filled for the first time`)
}
