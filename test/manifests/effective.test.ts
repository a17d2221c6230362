/** `mainward show`: what was written, every default that holds beside it, and which is which. */
import { describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { effectiveManifest } from '../../reconciler/manifests/effective.ts'
import { kindNames } from '../../reconciler/manifests/kinds/registry.ts'
import {
  canaryExample,
  completeExample,
  modelExample,
  projectExample,
  splitExample,
  viewExample,
} from '../../reconciler/manifests/rules/examples.ts'
import { parse } from './commit-of.ts'
import { fullManifests, withValue } from './full-manifests.ts'

describe('the effective manifest', () => {
  it('of a canary has its steps, holds and environment', () => {
    const text = 'apiVersion: mainward.dev/v1alpha1\nkind: Rollout\nmetadata: { name: a }\nspec:\n  canary: { version: 3 }\n'
    expect(effectiveManifest(text, { kind: 'Rollout', name: 'a' })?.yaml).toBe(`apiVersion: mainward.dev/v1alpha1
kind: Rollout
metadata:
  name: a
  environment: production # default
spec:
  suspend: false # default
  canary:
    version: 3
    steps:
      - weight: 100 # default
        hold: 0s # default
`)
  })

  it('of a project without settings has all of them', () => {
    const text = projectExample.replace(/spec:[^]*/, 'spec: {}\n')
    expect(effectiveManifest(text, { kind: 'Project', name: 'flights' })?.yaml).toBe(`apiVersion: mainward.dev/v1alpha1
kind: Project
metadata:
  name: flights
spec:
  include:
    - "**" # default
  environments:
    production: {} # default
  artifacts:
    store: folder:.mainward/artifacts # default
  allowEmpty: false # default
`)
  })

  it('has a decision only where the task has one', () => {
    const bare = 'apiVersion: mainward.dev/v1alpha1\nkind: Model\nmetadata: { name: a }\nspec: { task: regression }\n'
    expect(effectiveManifest(bare, { kind: 'Model', name: 'a' })?.value).toMatchObject({
      spec: { task: 'regression', requestFeatures: [], nulls: { default: 'model' }, serving: { budget: '50ms' } },
    })
    expect(effectiveManifest(bare, { kind: 'Model', name: 'a' })?.yaml).not.toContain('decision')
    const binary = bare.replace('regression', 'binary-classification')
    expect(effectiveManifest(binary, { kind: 'Model', name: 'a' })?.yaml).toContain('  decision:\n    threshold: 0.5 # default\n')
  })

  it('says of every value where it comes from', () => {
    const effective = effectiveManifest(canaryExample, { kind: 'Rollout', name: 'flight-delay' })
    const written = Object.entries(effective?.origins ?? {}).filter(([, origin]) => origin === 'default')
    expect(written.map(([pointer]) => pointer)).toEqual(['/spec/suspend', '/spec/canary/steps/2/hold'])
    expect(effective?.origins['/spec/canary/steps/0/hold']).toBe('written')
    expect(effective?.origins['/metadata/environment']).toBe('written')
  })

  it.each(kindNames)('of a manifest with everything is that manifest, and nothing is a default: %s', (kind) => {
    for (const manifest of fullManifests[kind]) {
      const { name } = manifest.metadata as { name: string }
      const effective = effectiveManifest(JSON.stringify(manifest), { kind, name })
      expect(effective?.value).toEqual(manifest)
      expect(Object.values(effective?.origins ?? {})).not.toContain('default')
    }
  })

  it.each(kindNames)('is the same as a manifest with its defaults written out: %s', (kind) => {
    for (const manifest of fullManifests[kind]) {
      const { name } = manifest.metadata as { name: string }
      const bare = { ...manifest, spec: required(kind, manifest.spec as Record<string, unknown>) }
      const effective = effectiveManifest(JSON.stringify(bare), { kind, name })
      const yaml = effective?.yaml ?? ''
      expect(parseYaml(yaml)).toEqual(effective?.value)
      expect(parse(yaml).findings).toEqual([])
      expect(parse(yaml).documents[0]?.spec).toEqual(parse(JSON.stringify(bare)).documents[0]?.spec)
    }
  })

  it('is found among many documents by kind, name and environment', () => {
    const staging = canaryExample.replace('production', 'staging').replace('version: 3', 'version: 2')
    const text = `${completeExample}---\n${staging}`
    const show = (environment?: string) =>
      effectiveManifest(text, { kind: 'Rollout', name: 'flight-delay', ...(environment === undefined ? {} : { environment }) })
        ?.yaml
    expect(show('staging')).toContain('version: 2\n')
    expect(show('production')).toContain('version: 3\n')
    expect(show()).toContain('version: 3\n')
    expect(show('test')).toBeUndefined()
    expect(effectiveManifest(text, { kind: 'Model', name: 'other' })).toBeNull()
    expect(effectiveManifest(text, { kind: 'Model', name: 'flight-delay' })?.yaml).toContain('kind: Model\n')
  })

  it('is none of a manifest with a wrong shape', () => {
    expect(effectiveManifest(modelExample.replace('task:', 'tsk:'), { kind: 'Model', name: 'flight-delay' })).toBeNull()
  })

  it.each([
    'SELECT *\nFROM {{ source }}\n',
    'SELECT *\n  FROM {{ source }}',
    'SELECT 1 -- # no comment\n\n, 2 FROM {{ source }}\n',
    '  SELECT *\nFROM {{ source }}\n',
    'SELECT * \nFROM {{ source }}\n\n',
    "SELECT 'a: b'\t\nFROM {{ source }}\n",
    '"x"\r\n{{ source }}\n',
    'a\u2028\n{{ source }}\n',
    '- a\n\n\n  b {{ source }}\n',
  ])('keeps texts of several lines as they are: %j', (transform) => {
    const text = JSON.stringify(withValue(fullManifests.FeatureView[0], '/spec/transform', transform))
    const effective = effectiveManifest(text, { kind: 'FeatureView', name: 'airport_weather' })
    expect(parseYaml(effective?.yaml ?? '')).toEqual(effective?.value)
    expect(effective?.value).toMatchObject({ spec: { transform } })
  })

  it('shows SQL as it was written', () => {
    const { yaml = '' } = effectiveManifest(viewExample, { kind: 'FeatureView', name: 'airport_weather' }) ?? {}
    expect(yaml).toContain(
      '  transform: |\n    SELECT origin, observed_at, recorded_at, CASE WHEN wind_speed < 150 THEN wind_speed END AS wind_speed\n    FROM {{ source }}\n  features:\n',
    )
  })

  it('writes texts that YAML would read otherwise in quotes', () => {
    const text = splitExample.replace('seed: flight-delay-2026q4', 'seed: "on: [1]\\n# no"')
    const effective = effectiveManifest(text, { kind: 'Rollout', name: 'flight-delay' })
    expect(parseYaml(effective?.yaml ?? '')).toEqual(effective?.value)
  })
})

function required(kind: string, spec: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = {
    Project: [],
    Entity: ['keys'],
    DataSource: ['file', 'postgres', 'columns'],
    FeatureView: ['entities', 'source', 'sources', 'transform', 'features'],
    Model: ['task'],
    ModelVersion: ['model', 'version', 'source', 'artifact', 'signature', 'requestFeatures', 'onDemand', 'views', 'definitions'],
    Gate: ['rules'],
    FairnessPolicy: ['attributes', 'rules'],
    Waiver: ['gate', 'model', 'reason', 'grantedBy', 'until'],
  }
  const names: readonly string[] = kind in kept ? kept[kind as keyof typeof kept] : ['canary', 'split']
  return Object.fromEntries(Object.entries(spec).filter(([name]) => names.includes(name)))
}
