import { describe, expect, it } from 'vitest'
import type { Release } from '../../reconciler/core/release.ts'
import type { Resource } from '../../reconciler/core/resource.ts'
import { trainingExample } from '../../reconciler/manifests/rules/examples.ts'
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

  it('has the fallback and what is recorded beside the target, which stays the same', async () => {
    const before = await desiredOf()
    const spared = await desiredOf({ [rolloutFile]: `${rollout}  fallback: { version: 2 }\n` })
    expect(spared.rollouts[0]).toEqual({
      ...before.rollouts[0],
      fallback: { type: 'release', release: expect.objectContaining({ version: 2 }) as Release },
    })
    const constant = await desiredOf({ [rolloutFile]: `${rollout}  fallback: { constant: 0.2 }\n` })
    expect(constant.rollouts[0]).toEqual({ ...before.rollouts[0], fallback: { type: 'constant', score: 0.2 } })
    const model = 'models/flight-delay.yaml'
    const recorded = await desiredOf({ [model]: `${soundFiles[model]}  recording: { percent: 10, drop: [unit] }\n` })
    expect(recorded.rollouts[0]).toEqual({ ...before.rollouts[0], recording: { percent: 10, drop: ['unit'] } })
    const everything = await desiredOf({ [model]: `${soundFiles[model]}  recording: { percent: 100, drop: [] }\n` })
    expect(everything.rollouts[0]).toEqual(before.rollouts[0])
  })

  it('has what its gates refuse beside the target, which stays the same', async () => {
    const gate = `apiVersion: mainward.dev/v1alpha1
kind: Gate
metadata: { name: small }
spec: { rules: [{ name: size, cel: artifact.sizeBytes < 1000 }] }
`
    const model = `${soundFiles['models/flight-delay.yaml']}  gates: [small]\n`
    const files = { 'models/flight-delay.yaml': model, 'models/small.yaml': gate }
    const [before, after] = [await desiredOf(), await desiredOf(files)]
    const release = before.rollouts[0]?.strategy.type === 'canary' ? before.rollouts[0].strategy.release.digest : ''
    const message = 'small, size: failed: artifact.sizeBytes is 128200'
    expect(after.rollouts[0]).toEqual({
      ...before.rollouts[0],
      refusals: [{ release, version: 3, reason: 'GateFailed', message, from: null }],
    })
    expect((await desiredOf({ ...files, 'models/small.yaml': gate.replace('1000', '1000000') })).rollouts[0]).toEqual(
      before.rollouts[0],
    )
  })

  it('has views and what they are made of in the release, which the serving state keeps as JSON; main may move on', async () => {
    const apart = Object.fromEntries(Object.keys(soundFiles).map((path) => [path, null]))
    const releaseOf = async (text: string) => {
      const files = { ...apart, 'mainward.yaml': soundFiles['mainward.yaml'], 'x.yaml': text }
      const strategy = (await desiredOf(files)).rollouts[0]?.strategy
      return strategy?.type === 'canary' ? strategy.release : undefined
    }
    const release = await releaseOf(trainingExample)
    expect(release?.views?.map(({ view, as, take }) => [view.name, as, take])).toEqual([
      ['airport_weather', 'dest_weather', ['wind_speed', 'wind_max_6h']],
    ])
    expect(release?.definitions?.sources.map(({ name }) => name)).toEqual(['weather_hourly'])
    expect(JSON.parse(JSON.stringify(release))).toEqual(release)
    expect(await releaseOf(trainingExample.replace('ttl: 3h', 'ttl: 4h'))).toEqual(release)
  })
})
