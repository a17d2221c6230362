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
    features: [],
    onlineRows: [],
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

describe('changes of features', () => {
  const served = { recomputed: [], keeping: [] }
  const none = { views: [], models: [], ...served }
  const features = [
    {
      id: 'DataSource/weather',
      change: 'changed',
      views: ['FeatureView/hourly'],
      models: ['Model/delay', 'Model/loan'],
      recomputed: ['FeatureView/hourly'],
      keeping: ['ModelVersion/delay-1', 'ModelVersion/delay-2'],
    },
    { id: 'Entity/airport', change: 'added', ...none },
    { id: 'FeatureView/daily', change: 'changed', ...none },
    {
      id: 'FeatureView/hourly',
      change: 'changed',
      views: [],
      models: ['Model/delay'],
      recomputed: [],
      keeping: ['ModelVersion/delay-2'],
    },
    { id: 'FeatureView/new', change: 'added', ...none, recomputed: ['FeatureView/new'] },
    { id: 'FeatureView/old', change: 'removed', ...none },
    { id: 'Model/delay', change: 'changed', views: [], models: ['Model/delay'], ...served },
    {
      id: 'Model/near',
      change: 'changed',
      views: [],
      models: ['Model/near'],
      ...served,
      onDemand: [
        { name: 'is_far', change: 'expression' },
        { name: 'is_near', change: 'added' },
      ],
    },
  ] as const

  it('say whose training inputs become stale', () => {
    expect(renderPlanText(report([], { features }), drawTable)).toBe(
      `plan for production: working tree, against main
no changes of what is served

features
  DataSource/weather changes: values of FeatureView/hourly change, training inputs of Model/delay, Model/loan become stale, online rows of FeatureView/hourly are computed anew, ModelVersion/delay-1, ModelVersion/delay-2 keep the embedded definition
  Entity/airport is new
  FeatureView/daily changes: no model takes it
  FeatureView/hourly changes: training inputs of Model/delay become stale, ModelVersion/delay-2 keeps the embedded definition
  FeatureView/new is new: online rows of FeatureView/new are computed
  FeatureView/old is removed
  Model/delay changes: its training inputs become stale
  Model/near changes: the on-demand feature is_far is computed by another expression, the on-demand feature is_near is new, its training inputs become stale
`,
    )
  })

  it('stand in a comment as a list', () => {
    expect(renderPlanMarkdown(report([], { features: features.slice(3, 4) }))).toBe(
      `### Mainward plan for production

working tree, against main

No changes of what is served.

**features**
- FeatureView/hourly changes: training inputs of Model/delay become stale, ModelVersion/delay-2 keeps the embedded definition
`,
    )
  })

  it('say how many rows of the online store are computed and removed', () => {
    const onlineRows = [
      { id: 'FeatureView/a', rebuilt: 12_345, removed: 1, unknown: null },
      { id: 'FeatureView/b', rebuilt: 0, removed: 7, unknown: null },
      { id: 'FeatureView/c', rebuilt: null, removed: 0, unknown: 'why' },
      { id: 'FeatureView/d', rebuilt: 0, removed: 0, unknown: null },
    ]
    expect(renderPlanText(report([], { onlineRows }), drawTable)).toContain(
      `no changes of what is served

online rows
  FeatureView/a: 12,345 rows are computed anew, 1 row that nothing reads any more is removed
  FeatureView/b: 7 rows that nothing reads any more are removed
  FeatureView/c: an unknown number of rows are computed anew (why)
  FeatureView/d: no row is computed anew: the store has them
`,
    )
    expect(renderPlanMarkdown(report([], { onlineRows: onlineRows.slice(1, 2) }))).toContain(
      '**online rows**\n- FeatureView/b: 7 rows that nothing reads any more are removed\n',
    )
  })

  it('are not guessed where the other side is not known', () => {
    expect(renderPlanText(report([], { features: null }), drawTable)).toContain(
      'no changes\n\nfeatures\n  changes of features are not known: c is no commit of this repository\n',
    )
  })
})
