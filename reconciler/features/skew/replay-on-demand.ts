/** Computes on-demand features again, of what training would read, and says what they are on both sides. Knows no record's text. */
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import type { FeatureValue } from '../../core/feature-value.ts'
import type { OnDemandProgram } from '../../expressions/compile-on-demand.ts'
import type { FeatureState } from './compare-value.ts'
import type { RecordedLookup } from './recorded-lookup.ts'

/** Where a program's input is from: null: the request; else the feature of a view in its role. */
export type ReplayOrigin = Pick<RecordedLookup, 'view' | 'as'> & { readonly feature: string }

export interface ReplayProgram {
  readonly program: OnDemandProgram
  /** In the order of the program's inputs. */
  readonly origins: readonly (ReplayOrigin | null)[]
}

/** What a prediction computed, as its record says it. */
export interface RecordedComputation extends Pick<RecordedLookup, 'requestId' | 'rowIndex' | 'version' | 'atUs'> {
  readonly replay: ReplayProgram
  /** By name: what the expressions read of the request. */
  readonly read: ReadonlyMap<string, FeatureValue>
  /** By name, before the null policy. */
  readonly values: ReadonlyMap<string, FeatureValue>
  /** Of the same prediction. */
  readonly lookups: readonly RecordedLookup[]
}

export interface ComparedFeature {
  readonly feature: string
  readonly dtype: FeatureDtype
  readonly online: FeatureState
  readonly offline: FeatureState
}

/** The value of a feature of a lookup, offline. */
export type OfflineValue = (lookup: RecordedLookup, feature: string) => FeatureValue

/** The features that the record has. */
export function replayOnDemand(recorded: RecordedComputation, offline: OfflineValue): readonly ComparedFeature[] {
  const { program, origins } = recorded.replay
  const read = program.inputs.map(({ name }, index) => {
    const origin = origins[index] ?? null
    if (origin === null) return recorded.read.get(name) ?? null
    const lookup = recorded.lookups.find(({ view, as }) => view === origin.view && as === origin.as)
    return lookup === undefined ? null : offline(lookup, origin.feature)
  })
  const computed = program.evaluate(read)
  return program.features.flatMap(({ name, dtype }, index): readonly ComparedFeature[] => {
    const value = recorded.values.get(name)
    if (value === undefined) return []
    return [{ feature: name, dtype, online: stateOf(value), offline: stateOf(computed[index]?.value ?? null) }]
  })
}

function stateOf(value: FeatureValue): FeatureState {
  return { status: value === null ? 'NULL_VALUE' : 'PRESENT', value }
}
