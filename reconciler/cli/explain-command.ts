/** `mainward explain`: why a rule exists, and a right example. */
import { MainwardError } from '../core/error.ts'
import { isRuleId, renderRule, ruleIds, rules } from '../manifests/explain.ts'
import { didYouMean } from '../manifests/nearest-name.ts'
import type { CommandDefinition } from './command.ts'
import { renderTable } from './table.ts'

export const explainCommand: CommandDefinition = {
  arguments: [{ usage: '[rule]', description: 'id of a rule, as findings name it; without it all rules are listed' }],
  options: [],
  examples: [
    { line: 'explain weights-sum', explains: 'why the rule exists and what is right' },
    { line: 'explain', explains: 'all rules' },
  ],
  run({ terminal }, { arguments: [rule] }) {
    if (rule === undefined) terminal.write(renderTable([{ title: 'RULE' }, { title: 'WHAT MUST BE TRUE' }], listRules()))
    else if (isRuleId(rule)) terminal.write(`${renderRule(rule).trimEnd()}\n`)
    else throw unknownRule(rule)
    return Promise.resolve(0)
  },
}

function listRules(): readonly (readonly string[])[] {
  return ruleIds.map((id) => [id, rules[id].summary])
}

function unknownRule(rule: string): MainwardError {
  const hint = didYouMean(rule, ruleIds) ?? 'mainward explain lists all rules'
  return new MainwardError('usage', `no rule ${rule}`, { hint })
}
