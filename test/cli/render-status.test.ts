import { describe, expect, it } from 'vitest'
import { renderStatus } from '../../reconciler/cli/render-status.ts'
import type { ModelStatus, StatusDocument } from '../../reconciler/core/status.ts'

const release = `sha256:${'a'.repeat(64)}` as const
const plain = (_: string, text: string): string => text

const model: ModelStatus = {
  name: 'flight-delay',
  ready: true,
  stalled: null,
  phase: 'Progressing',
  step: 0,
  reason: 'Holding',
  message: 'step 1 of 3 holds until 10:00:20',
  arms: [
    { name: 'canary', release, version: 2, weight: 5 },
    { name: 'stable', release, version: 1, weight: 95 },
  ],
  stableVersion: 1,
  unit: 'flight_id',
  strategy: 'canary',
  fallback: null,
  conditions: [],
  exampleRow: null,
}

const head = {
  commit: 'abcdef0123456789',
  author: 'Ada',
  message: 'try version 2\n\nbecause',
  committedAt: '2026-01-01T00:00:00.000Z',
  valid: true,
  findings: [],
  resources: { Project: 1, Model: 1, ModelVersion: 2, Rollout: 1 },
}

const status: StatusDocument = {
  environment: 'production',
  project: 'flights',
  leader: { holder: 'host-1', epoch: 3 },
  head,
  appliedCommit: 'abcdef0123456789',
  dataTime: null,
  servingVersion: { epoch: 3, sequence: 9 },
  settled: true,
  conditions: [],
  models: [model],
  replicas: [],
}

describe('the status', () => {
  it('says what is served, by which version, and why', () => {
    expect(renderStatus(status, plain)).toBe(
      `flights in production: commit abcdef012345
leader: host-1, epoch 3

MODEL         STABLE  TRAFFIC                        STATE        WHY
flight-delay  1       canary v2 5 %, stable v1 95 %  Progressing  step 1 of 3 holds until 10:00:20
`,
    )
  })

  it('names the fallback, and says when it could not answer', () => {
    const fallback = { type: 'release', release, version: 1 } as const
    const lost = {
      type: 'FallbackReady',
      status: 'False',
      reason: 'Crashed',
      message: 'version 1 is no fallback now: it ended its serving process three times',
      observedCommit: null,
      lastTransitionTime: '2026-01-01T00:00:00.000Z',
    } as const
    const text = renderStatus({ ...status, models: [{ ...model, fallback, conditions: [lost] }] }, plain)
    expect(text).toContain('canary v2 5 %, stable v1 95 %, fallback v1  Progressing')
    expect(text).toContain('FallbackReady=False (Crashed)  flight-delay: version 1 is no fallback now')
    const constant = { ...model, fallback: { type: 'constant', score: 0.2 } } as const
    expect(renderStatus({ ...status, models: [constant] }, plain)).toContain('stable v1 95 %, fallback 0.2  Progressing')
  })

  it('says what is wrong and where, and what keeps serving', () => {
    const finding = {
      file: 'rollouts/flight-delay.yaml',
      line: 12,
      column: 7,
      rule: 'weights-sum',
      message: 'weights must sum to 100, found 95',
      severity: 'error' as const,
    }
    const broken = { ...head, commit: '9999999999999999', valid: false, findings: [finding] }
    const condition = {
      type: 'ManifestsValid',
      status: 'False' as const,
      reason: 'Findings',
      message: '1 error in 999999999999',
      observedCommit: null,
      lastTransitionTime: '2026-01-01T00:00:00.000Z',
    }
    const text = renderStatus({ ...status, head: broken, conditions: [condition] }, plain)
    expect(text).toContain('flights in production: commit abcdef012345, newest 999999999999\n')
    expect(text).toContain('ManifestsValid=False (Findings)  1 error in 999999999999\n')
    expect(text).toContain('commit 999999999999 "try version 2" by Ada is not applied: 1 error, 0 warnings\n')
    expect(text).toContain('rollouts/flight-delay.yaml:12:7 weights-sum  weights must sum to 100, found 95\n')
  })

  it('tells apart what a person must look at', () => {
    const stalled: ModelStatus = {
      ...model,
      name: 'loan',
      ready: false,
      stalled: 'golden row 3 differs',
      phase: 'Stalled',
      arms: [],
    }
    const serving: ModelStatus = { ...model, stalled: 'golden row 3 differs', phase: 'RolledBack' }
    const pending: ModelStatus = { ...model, ready: false, phase: null, stableVersion: null, arms: [], message: 'not begun' }
    const text = renderStatus({ ...status, models: [stalled, serving, pending] }, plain)
    expect(text).toMatch(/^loan +1 +- +Stalled +golden row 3 differs$/m)
    expect(text).toMatch(/^flight-delay +1 +canary v2 5 %, stable v1 95 % +RolledBack, stalled +golden row 3 differs$/m)
    expect(text).toMatch(/^flight-delay +- +- +Pending, not ready +not begun$/m)
  })

  it('is short before anything was read', () => {
    const empty: StatusDocument = { ...status, project: null, leader: null, head: null, appliedCommit: null, models: [] }
    expect(renderStatus(empty, plain)).toBe('no project in production: nothing applied yet\nleader: none\n\nno models\n')
  })
})
