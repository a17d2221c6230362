/** What Model and ModelVersion share: request features, the null policy, the decision. */
import type { Json } from '../../core/digest.ts'
import type { OnDemandFeature } from '../../core/on-demand-feature.ts'
import type { NullPolicy, RequestFeature } from '../../core/release.ts'
import { expressionMeaning } from '../../expressions/expression-meaning.ts'
import { createHints } from '../nearest-name.ts'
import type { KindCheck, Report } from './kind-definition.ts'

/** The threshold of a binary classification that names none. */
export const defaultThreshold = 0.5

interface WithFeatures {
  readonly requestFeatures?: readonly RequestFeature[]
  readonly onDemand?: readonly OnDemandFeature[]
  readonly onDemandOnly?: readonly string[]
  readonly nulls?: WrittenNulls
}

interface WrittenNulls {
  readonly default?: NullPolicy['default']
  readonly features?: NullPolicy['features']
}

/**
 * Checks that request features are named once, and that null rules name one of them, or one of the views that `reads` names:
 * `namesOfViews` gives their features as the model knows them.
 */
export function featureChecks<Spec extends WithFeatures>(
  reads: '/spec/features' | '/spec/views',
  namesOfViews: (spec: Spec) => readonly string[],
): readonly KindCheck<Spec>[] {
  return [
    {
      reads: ['/spec/requestFeatures'],
      check({ spec }, report) {
        const names = spec.requestFeatures?.map((feature) => feature.name) ?? []
        reportDuplicates(names, (index) => `/spec/requestFeatures/${index}/name`, report)
      },
    },
    {
      reads: ['/spec/requestFeatures', reads, '/spec/onDemand', '/spec/onDemandOnly', '/spec/nulls'],
      check({ spec }, report) {
        const { requestFeatures = [], onDemand = [], onDemandOnly = [] } = spec
        const joined = namesOfViews(spec)
        const all = [...requestFeatures, ...onDemand].map((feature) => feature.name)
        const names = new Set([...all, ...joined].filter((name) => !onDemandOnly.includes(name)))
        const hintFor = createHints(names)
        const views = joined.length === 0 ? 'one of the request features' : 'a request feature or a feature of a view'
        const expected = onDemand.length > 0 ? 'a feature that the model takes' : views
        for (const name of Object.keys(spec.nulls?.features ?? {})) {
          if (names.has(name)) continue
          const message = `expected ${expected}, found ${JSON.stringify(name)}`
          const hint = onDemandOnly.includes(name) ? 'only on-demand features read it: they see that it is null' : hintFor(name)
          report(`/spec/nulls/features/${escapePointer(name)}`, { rule: 'null-rule', message, hint }, 'key')
        }
      },
    },
  ]
}

/** Reports every name that appeared before. */
export function reportDuplicates(names: readonly string[], pointer: (index: number) => string, report: Report): void {
  const seen = new Set<string>()
  names.forEach((name, index) => {
    if (seen.has(name)) {
      const message = `expected every name once, found ${JSON.stringify(name)} again`
      report(pointer(index), { rule: 'duplicate-feature', message })
    }
    seen.add(name)
  })
}

export function normaliseNulls(written: WrittenNulls | undefined): NullPolicy {
  const rule = written?.default ?? 'model'
  return written?.features === undefined ? { default: rule } : { default: rule, features: written.features }
}

/** Request features without what is for people. */
export function featuresMeaning(features: readonly RequestFeature[] | undefined): Json | undefined {
  return features?.map(({ name, dtype, unit }) => (unit === undefined ? { name, dtype } : { name, dtype, unit }))
}

/** On-demand features by what their expressions mean; undefined where none are written. */
export function onDemandMeaning(features: readonly OnDemandFeature[] | undefined): Json | undefined {
  return features?.map(({ name, dtype, cel, unit }) => {
    return writtenMembers({ name, dtype, unit, cel: expressionMeaning(cel) })
  })
}

/** Removes members that are undefined, so that the value is plain JSON. */
export function writtenMembers(members: Readonly<Record<string, unknown>>): Json {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Json
}

/** One step of a JSON pointer (RFC 6901, section 3). */
export function escapePointer(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1')
}
