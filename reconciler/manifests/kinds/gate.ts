/** The kind Gate: what a model version must satisfy to be merged and rolled out. */
import type { Enforcement, Rule } from '../../core/rule.ts'
import type { WrittenGateSpec } from '../generated/gate.ts'
import { schemas } from '../generated/schemas.ts'
import type { KindDefinition } from './kind-definition.ts'
import { writtenMembers } from './request-features.ts'
import { checkGateRule, checkRuleNames, unsupportedRuleFields } from './rule-checks.ts'
import { readRule, rulesMeaning } from './written-rules.ts'

/** A Gate's spec with every default filled. */
export interface GateSpec {
  readonly enforcement: Enforcement
  readonly rules: readonly Rule[]
}

export const gateKind: KindDefinition<WrittenGateSpec, GateSpec | null> = {
  schema: schemas.gate,
  perEnvironment: false,
  unsupported: unsupportedRuleFields,
  positions: [
    '/metadata/name',
    '/spec/rules/*',
    '/spec/rules/*/metric',
    '/spec/rules/*/by',
    '/spec/rules/*/by/*',
    '/spec/rules/*/cel',
  ],
  checks: [
    {
      reads: ['/spec/rules'],
      check({ spec: { rules } }, report) {
        rules.forEach((rule, index) => {
          checkGateRule({ rule, pointer: `/spec/rules/${index}` }, report)
        })
        const named = rules.flatMap((written, index) => {
          const rule = readRule(written)
          return rule === null ? [] : [{ name: rule.name, pointer: `/spec/rules/${index}` }]
        })
        checkRuleNames(named, report)
      },
    },
  ],
  inapplicableDefaults: () => [],
  normalise({ enforcement = 'block', rules: written }) {
    const rules = written.map(readRule).filter((rule) => rule !== null)
    return rules.length < written.length ? null : { enforcement, rules }
  },
  meaning: ({ rules, ...written }) => writtenMembers({ ...written, rules: rulesMeaning(rules) }),
  references: () => [],
}
