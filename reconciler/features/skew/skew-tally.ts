/** Counts comparisons by feature and role, and keeps the first examples of each kind. */
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import { encodeFeatureValue } from '../../core/feature-value.ts'
import { formatInstant } from '../../core/instant.ts'
import type { Comparison, FeatureState } from './compare-value.ts'
import type { RecordedLookup } from './recorded-lookup.ts'
import type { FeatureSkew, SkewExample, SkewKind, SkewSide } from './skew-report.ts'

/** Of what a value is; without a view: of an on-demand feature. */
export interface ComparedLookup extends Pick<RecordedLookup, 'requestId' | 'rowIndex' | 'version' | 'atUs' | 'as' | 'key'> {
  readonly view: string | null
}

export interface Compared {
  readonly lookup: ComparedLookup
  readonly feature: string
  readonly dtype: FeatureDtype
  /** Both sides are as of it, in microseconds since the epoch. */
  readonly asOfUs: bigint
  readonly online: FeatureState
  readonly offline: FeatureState
  readonly comparison: Comparison
}

type Outcome = Comparison['outcome']

interface Counted {
  readonly first: Compared
  readonly counts: Record<Outcome, number>
  readonly examples: SkewExample[]
  difference: number | null
}

/** Of each kind, for one feature. */
const mostExamples = 3

export class SkewTally {
  readonly #features = new Map<string, Counted>()

  add(compared: Compared): void {
    const { lookup, feature, comparison } = compared
    const id = JSON.stringify([lookup.view, lookup.as, feature])
    const counted = this.#features.get(id) ?? emptyCounts(compared)
    this.#features.set(id, counted)
    const { outcome, difference } = comparison
    counted.counts[outcome] += 1
    if (difference !== null) counted.difference = Math.max(counted.difference ?? 0, difference)
    if (!isSkew(outcome)) return
    if (counted.examples.filter(({ kind }) => kind === outcome).length < mostExamples) {
      counted.examples.push(buildExample(outcome, compared))
    }
  }

  /** In the order in which features were first compared. */
  report(): readonly FeatureSkew[] {
    return [...this.#features.values()].map(({ first, counts, examples, difference }) => ({
      view: first.lookup.view,
      as: first.lookup.as,
      feature: first.feature,
      dtype: first.dtype,
      compared: Object.values(counts).reduce((sum, count) => sum + count, 0),
      ...counts,
      largestDifference: difference === Infinity ? 'Infinity' : difference,
      examples,
    }))
  }
}

function emptyCounts(first: Compared): Counted {
  const counts = { equal: 0, mismatched: 0, missingOnline: 0, missingOffline: 0, staleBoth: 0, absentBoth: 0 }
  return { first, counts, examples: [], difference: null }
}

function isSkew(outcome: Outcome): outcome is SkewKind {
  return outcome === 'mismatched' || outcome === 'missingOnline' || outcome === 'missingOffline'
}

function buildExample(kind: SkewKind, { lookup, asOfUs, online, offline }: Compared): SkewExample {
  const { requestId, rowIndex, version, atUs, key } = lookup
  return {
    kind,
    requestId,
    rowIndex,
    version,
    time: formatInstant(atUs),
    key: key.map(encodeFeatureValue),
    asOf: formatInstant(asOfUs),
    online: encodeSide(online),
    offline: encodeSide(offline),
  }
}

function encodeSide({ status, value }: FeatureState): SkewSide {
  return { status, value: encodeFeatureValue(value) }
}
