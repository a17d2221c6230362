/** The kind FairnessPolicy: what must hold between groups, by attributes that no trainer gets. */
import type { Enforcement, MetricRule } from '../../core/rule.ts'
import type { WrittenFairnessPolicySpec, WrittenFairnessRule } from '../generated/fairnesspolicy.ts'
import { schemas } from '../generated/schemas.ts'
import { didYouMean, listNames } from '../nearest-name.ts'
import type { KindDefinition, Report, WrittenManifest } from './kind-definition.ts'
import { writtenMembers } from './request-features.ts'
import { checkMetricRule, checkRuleNames, unsupportedRuleFields } from './rule-checks.ts'
import { columnsOf, nameColumns, readMetricRule, rulesMeaning } from './written-rules.ts'

/** A FairnessPolicy's spec with every default filled. */
export interface FairnessPolicySpec {
  readonly attributes: readonly string[]
  readonly intersections: readonly (readonly string[])[]
  readonly enforcement: Enforcement
  /** One for each attribute and intersection, unless a rule says by which. */
  readonly rules: readonly MetricRule[]
}

type Policy = WrittenManifest<WrittenFairnessPolicySpec>

export const fairnessPolicyKind: KindDefinition<WrittenFairnessPolicySpec, FairnessPolicySpec | null> = {
  schema: schemas.fairnesspolicy,
  perEnvironment: false,
  unsupported: unsupportedRuleFields,
  positions: [
    '/metadata/name',
    '/spec/attributes/*',
    '/spec/intersections/*',
    '/spec/intersections/*/*',
    '/spec/rules/*',
    '/spec/rules/*/metric',
    '/spec/rules/*/by',
    '/spec/rules/*/by/*',
  ],
  checks: [
    { reads: ['/spec/attributes', '/spec/intersections', '/spec/rules'], check: checkAttributes },
    { reads: ['/spec/attributes', '/spec/intersections', '/spec/rules'], check: checkRules },
  ],
  inapplicableDefaults: () => [],
  normalise(written) {
    const { attributes, intersections = [], enforcement = 'block' } = written
    const rules = written.rules.flatMap((rule) => expandRule(rule, written))
    return rules.includes(null) ? null : { attributes, intersections, enforcement, rules: rules.filter((rule) => rule !== null) }
  },
  meaning: ({ rules, ...written }) => writtenMembers({ ...written, rules: rulesMeaning(rules) }),
  references: () => [],
}

/** One rule for each set of columns that it is judged by. */
function expandRule(written: WrittenFairnessRule, policy: WrittenFairnessPolicySpec): readonly (MetricRule | null)[] {
  const rule = readMetricRule(written)
  if (rule === null || written.by !== undefined) return [rule]
  const sets = [...policy.attributes.map((attribute) => [attribute]), ...(policy.intersections ?? [])]
  return sets.map((by) => ({ ...rule, name: `${rule.name}${nameColumns(by)}`, by }))
}

function checkRules({ spec }: Policy, report: Report): void {
  spec.rules.forEach((rule, index) => {
    checkMetricRule({ rule, pointer: `/spec/rules/${index}`, needsGroups: false }, report)
  })
  const named = spec.rules.flatMap((rule, index) =>
    expandRule(rule, spec).flatMap((each) => (each === null ? [] : [{ name: each.name, pointer: `/spec/rules/${index}` }])),
  )
  checkRuleNames(named, report)
}

function checkAttributes({ spec: { attributes, intersections = [], rules } }: Policy, report: Report): void {
  const check = (name: string, pointer: string): void => {
    if (attributes.includes(name)) return
    const message = `expected one of attributes (${listNames(attributes)}), found ${JSON.stringify(name)}`
    report(pointer, { rule: 'fairness-attribute', message, hint: didYouMean(name, attributes) })
  }
  intersections.forEach((names, index) => {
    names.forEach((name, position) => {
      check(name, `/spec/intersections/${index}/${position}`)
    })
  })
  rules.forEach(({ by }, index) => {
    columnsOf(by).forEach((name, position) => {
      check(name, `/spec/rules/${index}/by${typeof by === 'string' ? '' : `/${position}`}`)
    })
  })
}
