import { describe, expect, it } from 'vitest'
import type { Desired } from '../../reconciler/core/plan.ts'
import type { Release } from '../../reconciler/core/release.ts'
import type { DesiredStrategy } from '../../reconciler/core/rollout-state.ts'
import { assumeApplied } from '../../reconciler/reconcile/assume-applied.ts'
import { buildPlan } from '../../reconciler/reconcile/build-plan.ts'

function release(version: number): Release {
  return {
    digest: `sha256:${String(version).repeat(64).slice(0, 64)}`,
    model: 'm',
    version,
    task: 'regression',
    artifact: { path: `${version}.onnx`, sha256: String(version).repeat(64).slice(0, 64), sizeBytes: 1 },
    signature: { inputs: [], outputs: { score: 's' } },
    requestFeatures: [],
    nulls: { default: 'model' },
    goldenRows: [],
    serving: { budgetMs: 50 },
  }
}

function desire(strategy: DesiredStrategy, suspend = false): Desired {
  return {
    commit: 'c',
    project: 'p',
    environment: 'production',
    allowEmpty: false,
    artifactStore: 'folder:x',
    rollouts: [{ rollout: 'm', target: `sha256:${'f'.repeat(64)}`, unit: 'user', suspend, strategy }],
    versions: [],
  }
}

const canary: DesiredStrategy = {
  type: 'canary',
  release: release(1),
  steps: [
    { weight: 5, holdMs: 1000 },
    { weight: 50, holdMs: null },
    { weight: 100, holdMs: null },
  ],
}
const split: DesiredStrategy = {
  type: 'split',
  seed: 's',
  coverage: 80,
  variants: [
    { name: 'control', weight: 50, release: release(1) },
    { name: 'treatment', weight: 50, release: release(2) },
  ],
}

describe('a commit that is taken as applied', () => {
  it.each([
    ['canary', canary],
    ['split', split],
  ])('has nothing left to do: %s', (_, strategy) => {
    const desired = desire(strategy)
    for (const laterMs of [0, 1, 365 * 86_400_000]) {
      expect(buildPlan(desired, assumeApplied(desired, 5000), 5000 + laterMs).actions).toEqual([])
    }
  })

  it('serves the canary to everybody', () => {
    const [state] = assumeApplied(desire(canary), 5000).states
    expect(state).toMatchObject({ phase: 'Succeeded', stable: { version: 1 }, startedAt: '1970-01-01T00:00:05.000Z' })
    expect(state?.traffic.arms).toMatchObject([{ name: 'stable', version: 1, weight: 100 }])
  })

  it('serves the shares of a split, with control as stable', () => {
    const [state] = assumeApplied(desire(split), 0).states
    expect(state?.stable?.version).toBe(1)
    expect(state?.traffic).toMatchObject({ coverage: 80, arms: [{ weight: 50 }, { weight: 50, version: 2 }] })
  })

  it('counts a suspended rollout as what it asks for', () => {
    expect(assumeApplied(desire(canary, true), 0).states).toHaveLength(1)
  })

  it('holds its artifacts', () => {
    expect(assumeApplied(desire(split), 0).storedArtifacts).toHaveLength(2)
  })
})
