import { describe, expect, it } from 'vitest'
import type { PlannedChange, PlanReport } from '../../reconciler/reconcile/plan-report.ts'
import { renderPlanMarkdown, renderPlanText } from '../../reconciler/reconcile/render-plan.ts'

const change: PlannedChange = {
  rollout: 'm',
  type: 'wait',
  event: null,
  from: 'canary v2 5 %, stable v1 95 %',
  to: 'v2',
  movedPercent: null,
  steps: [],
  reason: 'Holding',
  message: 'step 1 of 3: 5 % on version 2',
  effects: [],
  artifacts: [],
}

function report(rollouts: readonly PlannedChange[], more: Partial<PlanReport> = {}): PlanReport {
  return {
    environment: 'production',
    desired: { origin: 'working tree', commit: null },
    against: { origin: 'main', commit: 'c' },
    valid: true,
    changes: false,
    rollouts,
    findings: [],
    ...more,
  }
}

function drawTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  return [titles, ...rows].map((row) => `${row.join('/')}\n`).join('')
}

describe('a plan as text', () => {
  it('tells what is under way although nothing changes', () => {
    expect(renderPlanText(report([change]), drawTable)).toBe(
      'plan for production: working tree, against main\nno changes\n\nm: under way (Holding), step 1 of 3: 5 % on version 2\n',
    )
  })

  it('names the whole set when all of it is refused', () => {
    const refused: PlannedChange = { ...change, rollout: null, type: 'refuse', from: null, to: null, reason: 'EmptySetRefused' }
    const text = renderPlanText(report([refused]), drawTable)
    expect(text).toContain('all rollouts/-/-/-/-/refuse\n')
    expect(text).toContain('all rollouts: refused (EmptySetRefused), ')
  })
})

describe('a plan as markdown', () => {
  it('lets no text of a repository become markup, a mention or a cell', () => {
    const finding = {
      file: 'a|b.yaml',
      line: 1,
      column: 1,
      rule: 'unknown-field',
      message: 'found <img src=x> @team [x](y) `z`',
      severity: 'error' as const,
    }
    const text = renderPlanMarkdown(report([], { valid: false, findings: [finding] }))
    expect(text).toContain('- a\\|b.yaml:1:1 unknown-field  found \\<img src=x\\> @\u200bteam \\[x\\](y) \\`z\\`\n')
    expect(text).toMatch(/\nNothing is planned\.\n$/)
  })
})
