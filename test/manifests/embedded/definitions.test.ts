/** What a version embeds: all that its views are made of, written and read again without loss, and served as it was. */
import { describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import type { FeatureClosure } from '../../../reconciler/core/online-view.ts'
import { inputDtypes } from '../../../reconciler/core/input-dtypes.ts'
import type { Resource } from '../../../reconciler/core/resource.ts'
import { parseDuration, writeDuration } from '../../../reconciler/manifests/duration.ts'
import { readDefinitions } from '../../../reconciler/manifests/embedded/read-definitions.ts'
import { writeDefinitions } from '../../../reconciler/manifests/embedded/write-definitions.ts'
import { buildFeatureDefinitions } from '../../../reconciler/manifests/feature-definitions.ts'
import { digestFeatures } from '../../../reconciler/manifests/features/feature-digests.ts'
import { formatManifest } from '../../../reconciler/manifests/format.ts'
import type { WrittenModelVersionSpec } from '../../../reconciler/manifests/generated/modelversion.ts'
import type { ModelSpec } from '../../../reconciler/manifests/kinds/model.ts'
import type { ModelVersionSpec } from '../../../reconciler/manifests/kinds/model-version.ts'
import { featureClosure } from '../../../reconciler/manifests/online-views.ts'
import { buildRelease } from '../../../reconciler/manifests/release.ts'
import { trainingExample } from '../../../reconciler/manifests/rules/examples.ts'
import { writeManifest } from '../../../reconciler/manifests/write-manifest.ts'
import { parse } from '../commit-of.ts'
import { assembleFeatures, type Change, changeText } from '../feature-commit.ts'
import { fullManifests } from '../full-manifests.ts'

const versionText = trainingExample.split('---\n').find((part) => part.includes('kind: ModelVersion')) ?? ''

function release(...changes: readonly Change[]) {
  const { resources, findings } = assembleFeatures(changes)
  expect(findings).toEqual([])
  const find = (kind: string) => resources.find((resource) => resource.kind === kind)
  return buildRelease(find('ModelVersion') as Resource<ModelVersionSpec>, find('Model') as Resource<ModelSpec>)
}

describe('the embedded definitions', () => {
  it('of the example are those of its views, word for word', () => {
    const { resources } = assembleFeatures()
    const definitions = buildFeatureDefinitions(resources)
    const { spec } = parseYaml(versionText) as { readonly spec: WrittenModelVersionSpec }
    expect(writeDefinitions(featureClosure(['airport_weather'], definitions))).toEqual(spec.definitions)
    expect(spec.views?.[0]?.digest).toBe(digestFeatures(resources).views.get('airport_weather'))
    expect(formatManifest(versionText)).toBe(versionText)
  })

  it('with everything that they can have are the same after writing and reading, also as text that fmt keeps', () => {
    const [, manifest] = fullManifests.ModelVersion as readonly { readonly spec: WrittenModelVersionSpec }[]
    if (manifest?.spec.definitions === undefined) throw new Error('no definitions')
    const read = readDefinitions(manifest.spec.definitions)
    expect(writeDefinitions(read)).toEqual(manifest.spec.definitions)
    const text = writeManifest({ ...manifest, spec: { ...manifest.spec, definitions: writeDefinitions(read) } }, ['x'])
    expect(formatManifest(text)).toBe(text)
    expect((parse(text).documents[0]?.spec as ModelVersionSpec).definitions).toEqual(read)
  })

  it('say none for what is not there, whatever defaults the kinds have', () => {
    const least: FeatureClosure = readDefinitions({
      entities: [{ name: 'airport', keys: [{ name: 'airport', dtype: 'string' }] }],
      sources: [{ name: 's', place: { files: { format: 'csv', pattern: 's.csv' } }, columns: [{ name: 'a', dtype: 'bool' }] }],
      views: [{ name: 'v', entities: [{ name: 'airport', columns: {} }], inputs: [{ kind: 'DataSource', name: 's' }] }],
    })
    expect(least.sources[0]).toMatchObject({ eventTime: null, createdTime: null, timeZone: null, rowKey: [], place: { partitions: [] } }) // prettier-ignore
    expect(least.views[0]).toMatchObject({ transform: null, eventTime: null, ttlMs: null, features: [], aggregations: [], online: null }) // prettier-ignore
  })

  it.each(['0s', '1ms', '1500ms', '90s', '90m', '3h', '7d', '999999999d'])('keep the duration %s', (text) => {
    const milliseconds = parseDuration(text)
    expect(parseDuration(writeDuration(milliseconds ?? NaN))).toBe(milliseconds)
  })
})

describe('the release of a version that reads views', () => {
  it('has each view as serving reads it, and all that it is made of', () => {
    const { views, definitions } = release()
    expect(views).toEqual([
      {
        view: {
          name: 'airport_weather',
          digest: /digest: (\S+)/.exec(versionText)?.[1],
          keys: [{ name: 'airport', dtype: 'string' }],
          features: [
            { name: 'wind_speed', dtype: 'float32' },
            { name: 'wind_max_6h', dtype: 'float32' },
          ],
          ttlMs: 10_800_000,
          aggregations: ['wind_max_6h'],
          isPushed: false,
        },
        join: { airport: 'dest' },
        as: 'dest_weather',
        take: ['wind_speed', 'wind_max_6h'],
      },
    ])
    expect(definitions?.views.map(({ name }) => name)).toEqual(['airport_weather'])
    expect([...inputDtypes(release())]).toEqual([
      ['distance', 'float32'],
      ['wind_speed', 'float32'],
      ['dest_weather__wind_speed', 'float32'],
      ['dest_weather__wind_max_6h', 'float32'],
    ])
  })

  it('stays the same when main moves on, and another one with another view', () => {
    const { digest, definitions } = release()
    const moved = release(['ttl: 3h', 'ttl: 4h'], ['CASE WHEN wind_speed < 150', 'CASE WHEN wind_speed < 140'])
    expect(moved).toEqual(release())
    expect(release([/digest: (sha256:\S+)/.exec(versionText)?.[1] ?? '', `sha256:${'0'.repeat(64)}`]).digest).not.toBe(digest)
    // Of the two places the second is the embedded one.
    const embedded = changeText(versionText, [['wind_speed < 150', 'wind_speed < 140']])
    const edited = release([versionText, embedded])
    expect(edited.digest).not.toBe(digest)
    expect(edited.definitions).not.toEqual(definitions)
  })

  it('is another one for nothing that is for people', () => {
    const described = changeText(versionText, [
      ['name: wind_max_6h, function: max', 'name: wind_max_6h, description: Gusts, function: max'],
    ])
    expect(release([versionText, described]).digest).toBe(release().digest)
  })
})
