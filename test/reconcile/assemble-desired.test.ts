import { describe, expect, it } from 'vitest'
import type { Resource } from '../../reconciler/core/resource.ts'
import { assembleDesired } from '../../reconciler/reconcile/assemble-desired.ts'
import { assembleWith, type FileTexts, soundFiles } from '../manifests/commit-of.ts'

const rolloutFile = 'rollouts/flight-delay.yaml'
const rollout = soundFiles[rolloutFile]

async function desiredOf(changes: FileTexts = {}, order: (resources: readonly Resource[]) => readonly Resource[] = (all) => all) {
  const { resources, findings } = assembleWith(changes)
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
  return assembleDesired({ commit: 'c'.repeat(40), resources: order(resources) }, 'production')
}

async function targetOf(text: string): Promise<string | undefined> {
  return (await desiredOf({ [rolloutFile]: text })).rollouts[0]?.target
}

describe('what a commit asks for', () => {
  it('is the same whatever the order of its files', async () => {
    expect(await desiredOf({}, (all) => [...all].reverse())).toEqual(await desiredOf())
  })

  it('has every version, for its tag, and only the rollouts of the environment', async () => {
    const desired = await desiredOf()
    expect(desired.versions).toEqual([
      { model: 'flight-delay', version: 2 },
      { model: 'flight-delay', version: 3 },
    ])
    const { resources } = assembleWith()
    const staging = await assembleDesired({ commit: 'c', resources }, 'staging')
    expect([staging.rollouts, staging.versions]).toEqual([[], desired.versions])
  })

  it('has another target for another step, and the same for suspend or a comment', async () => {
    const before = await targetOf(rollout)
    expect(await targetOf(`# a comment\n${rollout}`)).toBe(before)
    expect(await targetOf(rollout.replace('spec:\n', 'spec:\n  suspend: true\n'))).toBe(before)
    expect(await targetOf(rollout.replace('weight: 5,', 'weight: 6,'))).not.toBe(before)
    expect(await targetOf(rollout.replace('version: 3', 'version: 2'))).not.toBe(before)
  })
})
