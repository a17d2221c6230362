/** What a fill of a view has to read, from what the store and the names of the files say. Pure. */
import type { ViewDefinition } from '../../core/feature-definition.ts'
import type { OnlineView } from '../../core/online-view.ts'
import { isDecidedByNewRows } from './build-changed-keys.ts'
import type { FilledView, ViewState } from './online-rows.ts'
import { knownPast } from './plan-fill.ts'
import { countedSince, removedBefore } from './view-fill.ts'

export interface FillTarget {
  readonly view: OnlineView
  readonly definition: ViewDefinition
  readonly gridUs: bigint
  readonly state: ViewState
  /** By `nameDataFiles`. */
  readonly dataFiles: string | null
}

/** The end of a fill that has no row to read or to write: a time has come at which nothing changes. Null: there may be something. */
export function planIdle({ definition, gridUs, state, dataFiles }: FillTarget): FilledView | null {
  const known = knownPast(state, dataFiles, gridUs)
  if (known === null || !(state.isSettled || known.timeUs === gridUs)) return null
  const { fingerprint } = known
  const { isSettled } = state
  return { asOfUs: gridUs, fingerprint, dataFiles, isSettled, removeBeforeUs: removedBefore(definition, gridUs) }
}

/**
 * By source, in microseconds: rows that were known by then are asked for by none of the fills, and were read by an earlier one. Not of sources
 * that a fill reads whole. `targets`: all that are filled together.
 */
export function knownToAll(targets: readonly FillTarget[]): ReadonlyMap<string, bigint> {
  const times = targets.map(({ definition, state, dataFiles, gridUs }) => {
    const known = knownPast(state, dataFiles, gridUs)
    return { inputs: definition.inputs, timeUs: known === null ? null : readSince(definition, known.timeUs) }
  })
  // A view that is read by another may stand for any source.
  if (times.some(({ inputs, timeUs }) => timeUs === null && inputs.some(({ kind }) => kind === 'FeatureView'))) return new Map()
  const least = new Map<string, bigint | null>()
  for (const { inputs, timeUs } of times) {
    for (const { name } of inputs) {
      const before = least.get(name)
      const isLess = before === undefined || (before !== null && (timeUs === null || timeUs < before))
      if (isLess) least.set(name, timeUs)
    }
  }
  return new Map([...least].flatMap(([name, timeUs]) => (timeUs === null ? [] : [[name, timeUs] as const])))
}

/** A fill after a watermark reads no row that was known by this time; null: it may read any. What was known then happened by then. */
function readSince(definition: ViewDefinition, watermarkUs: bigint): bigint | null {
  return isDecidedByNewRows(definition) ? watermarkUs : countedSince(definition, watermarkUs)
}
