/** The one registry of rules: the only place where a rule id is made. Knows nothing of how rules are checked. */
import { behaviourRules } from './rules/behaviour-rules.ts'
import { commitRules } from './rules/commit-rules.ts'
import { gateRules } from './rules/gate-rules.ts'
import { kindRules } from './rules/kind-rules.ts'
import type { Rule } from './rules/rule.ts'
import { schemaRules } from './rules/schema-rules.ts'
import { textRules } from './rules/text-rules.ts'

const definitions = { ...textRules, ...schemaRules, ...kindRules, ...behaviourRules, ...gateRules, ...commitRules }

export type RuleId = keyof typeof definitions

/** Every rule by its id. */
export const rules = definitions satisfies Record<RuleId, Rule> as Readonly<Record<RuleId, Rule>>

/** Every id, in the order in which rules are checked: text, schema, kind, gate, commit. */
export const ruleIds = Object.keys(definitions) as readonly RuleId[]

export function isRuleId(text: string): text is RuleId {
  return Object.hasOwn(definitions, text)
}

/** What `mainward explain RULE` prints. */
export function renderRule(id: RuleId): string {
  const rule = rules[id]
  return `${id} (${rule.severity}): ${rule.summary}\n\n${rule.why}\n\nRight:\n\n${indent(rule.example)}`
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ')
}
