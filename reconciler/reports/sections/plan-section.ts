/** The section on what happens once the change is merged: what rollouts do, and what comes after it. Pure. */
import { assertNever } from '../../core/assert-never.ts'
import type { Action } from '../../core/plan.ts'
import type { Report } from '../../core/report.ts'
import { badge, code, paragraph, type Block, type Section, type Text } from '../document/document.ts'

export function buildPlanSection({ plan, impact }: Report): readonly Section[] {
  if (plan === null && impact.length === 0) return []
  const blocks = [...(plan === null ? [] : planBlocks(plan.environment, plan.actions)), ...impactBlocks(impact)]
  return [{ kind: 'plan', title: 'What happens once it is merged', level: 2, isFolded: false, blocks }]
}

function planBlocks(environment: string, actions: readonly Action[]): readonly Block[] {
  if (actions.length === 0) return [paragraph('Nothing changes in ', code(environment), '.')]
  const columns = [{ title: 'Rollout' }, { title: 'Action' }, { title: 'Effect' }]
  const rows = actions.map((action): readonly Text[] => [
    code(action.rollout ?? environment),
    describeAction(action),
    describeEffect(action),
  ])
  return [paragraph('In ', code(environment), ':'), { type: 'table', columns, rows }]
}

function describeAction(action: Action): Text {
  switch (action.type) {
    case 'store-artifact':
      return ['stores the model file ', code(action.artifact.sha256.slice(0, 12))]
    case 'transition':
      return action.message
    case 'remove':
      return 'is removed'
    case 'refuse':
      return [badge('refused', 'bad'), `: ${action.message}`]
    case 'wait':
      return ['waits: ', action.message]
    default:
      return assertNever(action)
  }
}

function describeEffect(action: Action): string {
  return action.type === 'transition' || action.type === 'remove' ? action.effects.join('; ') : ''
}

function impactBlocks(impact: readonly string[]): readonly Block[] {
  return impact.length === 0 ? [] : [paragraph('What the change reaches:'), { type: 'list', items: impact }]
}
