/** The kind Rollout: how the versions of one model receive traffic in one environment. */
import type { Json } from '../../core/digest.ts'
import { durationMs } from '../duration.ts'
import type { WrittenCanary, WrittenFallback, WrittenRolloutSpec, WrittenSplit } from '../generated/rollout.ts'
import { schemas } from '../generated/schemas.ts'
import type { KindDefinition, PointedReference } from './kind-definition.ts'
import { writtenMembers } from './request-features.ts'
import { rolloutChecks } from './rollout-checks.ts'

/** One step of a canary. */
export interface CanaryStep {
  /** Whole percent, 1 to 100; grows strictly, the last is 100. */
  readonly weight: number
  /** Null: until a person resumes. */
  readonly holdMs: number | null
}

export interface CanarySpec {
  readonly version: number
  readonly steps: readonly CanaryStep[]
}

/** One arm of a split. */
export interface VariantSpec {
  readonly name: string
  readonly version: number
  /** Whole percent of the units that take part; all sum to 100. */
  readonly weight: number
}

export interface SplitSpec {
  readonly seed: string
  /** Whole percent of the units that take part; the others get `control`. */
  readonly coverage: number
  readonly variants: readonly VariantSpec[]
}

/** What answers in place of a run that fails: exactly one of another version and a constant score. */
export type FallbackSpec =
  | { readonly version: number; readonly constant?: undefined }
  | { readonly constant: number | readonly number[]; readonly version?: undefined }

interface RolloutBase {
  /** Field of a row that holds the unit. */
  readonly unit?: string
  readonly suspend: boolean
  readonly fallback?: FallbackSpec
}

/** A Rollout's spec with every default filled: exactly one of `canary` and `split`. */
export type RolloutSpec = RolloutBase &
  ({ readonly canary: CanarySpec; readonly split?: undefined } | { readonly split: SplitSpec; readonly canary?: undefined })

export const rolloutKind: KindDefinition<WrittenRolloutSpec, RolloutSpec | null> = {
  schema: schemas.rollout,
  perEnvironment: true,
  unsupported: [
    '/spec/shadows',
    '/spec/guardrails',
    '/spec/canary/steps/*/minExposures',
    '/spec/split/decide',
    '/spec/decide',
    '/spec/minExposures',
  ],
  positions: ['/metadata/name', '/metadata/environment', '/spec/fallback/version', '/spec/fallback/constant'],
  checks: rolloutChecks,
  inapplicableDefaults: () => [],
  normalise(written) {
    const fallback = normaliseFallback(written.fallback)
    const base = {
      ...(written.unit === undefined ? {} : { unit: written.unit }),
      suspend: written.suspend ?? false,
      ...(fallback === null ? {} : { fallback }),
    }
    if (written.canary !== undefined) return { ...base, canary: normaliseCanary(written.canary) }
    if (written.split === undefined) return null
    return { ...base, split: { ...written.split, coverage: written.split.coverage ?? 100 } }
  },
  meaning,
  // Freezing and thawing, and another fallback, are no new target: a rollout goes on where it stands.
  servingMeaning: ({ suspend: _suspend, fallback: _fallback, ...written }) => meaning(written),
  references({ metadata, spec }) {
    const versions = [
      ...(spec.canary === undefined ? [] : [{ number: spec.canary.version, pointer: '/spec/canary/version' }]),
      ...(spec.split?.variants ?? []).map((variant, index) => ({
        number: variant.version,
        pointer: `/spec/split/variants/${index}/version`,
      })),
      ...(spec.fallback?.version === undefined ? [] : [{ number: spec.fallback.version, pointer: '/spec/fallback/version' }]),
    ]
    return [
      { kind: 'Model', name: metadata.name, pointer: '/metadata/name' } satisfies PointedReference,
      ...versions.map(({ number, pointer }) => ({ kind: 'ModelVersion', name: `${metadata.name}-${number}`, pointer }) as const),
    ]
  },
}

function meaning(written: WrittenRolloutSpec): Json {
  return writtenMembers({
    ...written,
    canary: written.canary && canaryMeaning(written.canary),
    split: splitMeaning(written.split),
  })
}

/** Null: none, or one that says nothing. */
function normaliseFallback(fallback: WrittenFallback | undefined): FallbackSpec | null {
  if (fallback?.version !== undefined) return { version: fallback.version }
  return fallback?.constant === undefined ? null : { constant: fallback.constant }
}

function normaliseCanary(canary: WrittenCanary): CanarySpec {
  const steps = canary.steps ?? [{ weight: 100 }]
  return { version: canary.version, steps: steps.map(({ weight, hold }) => ({ weight, holdMs: readHold(hold ?? '0s') })) }
}

/** Milliseconds; null for `manual`. */
function readHold(hold: string): number | null {
  return hold === 'manual' ? null : durationMs(hold)
}

function canaryMeaning(canary: WrittenCanary): Json {
  const steps = canary.steps?.map(({ weight, hold }) => (hold === undefined ? { weight } : { weight, holdMs: readHold(hold) }))
  return writtenMembers({ version: canary.version, steps })
}

function splitMeaning(split: WrittenSplit | undefined): Json | undefined {
  return (
    split &&
    writtenMembers({ ...split, variants: split.variants.map(({ name, version, weight }) => ({ name, version, weight })) })
  )
}
