/** Digests: what is for people changes nothing, and every change of meaning does. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse as parseYaml, stringify } from 'yaml'
import type { Kind, Resource } from '../../reconciler/core/resource.ts'
import { digestFeatures } from '../../reconciler/manifests/features/feature-digests.ts'
import type { ModelSpec } from '../../reconciler/manifests/kinds/model.ts'
import type { ModelVersionSpec } from '../../reconciler/manifests/kinds/model-version.ts'
import { kindDefinitions, kindNames } from '../../reconciler/manifests/kinds/registry.ts'
import { buildRelease } from '../../reconciler/manifests/release.ts'
import {
  canaryExample,
  entityExample,
  modelExample,
  onDemandExample,
  projectExample,
  sourceExample,
  splitExample,
  trainingExample,
  versionExample,
  viewExample,
} from '../../reconciler/manifests/rules/examples.ts'
import { assembleWith, parse, soundFiles, type FileTexts } from './commit-of.ts'
import { fullManifests, placesOf, propertiesOf, valueAt, withValue } from './full-manifests.ts'

interface Digests {
  readonly digest: string
  readonly servingDigest: string | undefined
  readonly trainingDigest: string | undefined
}

/** Digests are taken also of a manifest that a rule between its own fields refuses, so that one field can change alone. */
function digestsOf(text: string): Digests {
  const { documents, findings } = parse(text)
  const [document] = documents
  if (document === undefined || document.digest === null) throw new Error(`no digest: ${JSON.stringify(findings)}`)
  return { digest: document.digest, servingDigest: document.servingDigest, trainingDigest: document.trainingDigest }
}

const json = (manifest: unknown): string => JSON.stringify(manifest)

/** Canonical texts and digests were made by Python (json.dumps with sorted keys, hashlib) from what the kinds' documentation says. */
interface GoldenCase {
  readonly name: string
  readonly canonical: string
  readonly sha256: string
}

const golden = JSON.parse(readFileSync(new URL('../fixtures/manifest-digests.json', import.meta.url), 'utf8')) as GoldenCase[]

describe('golden digests', () => {
  const parts = trainingExample.split('---\n')
  const trainingModel = parts.find((part) => part.includes('kind: Model\n')) ?? ''
  const elsewhere = Object.fromEntries(
    Object.keys(soundFiles)
      .slice(1)
      .map((path) => [path, null]),
  )
  const features = digestFeatures(assembleWith({ ...elsewhere, 'x.yaml': trainingExample }).resources)
  const found: Readonly<Record<string, string | undefined>> = {
    'project': digestsOf(projectExample).digest,
    'model': digestsOf(modelExample).digest,
    'model, served part': digestsOf(modelExample).servingDigest,
    'canary': digestsOf(canaryExample).digest,
    'canary, target': digestsOf(canaryExample).servingDigest,
    'split': digestsOf(splitExample).digest,
    'split, target': digestsOf(splitExample).servingDigest,
    'version': digestsOf(versionExample).digest,
    'version, served part': digestsOf(versionExample).servingDigest,
    'entity': digestsOf(entityExample).digest,
    'source': digestsOf(sourceExample).digest,
    'source, rows': digestsOf(sourceExample).trainingDigest,
    'view': digestsOf(viewExample).digest,
    'view, values': digestsOf(viewExample).trainingDigest,
    'model, training set': digestsOf(trainingModel).trainingDigest,
    'view with what it reads': features.views.get('airport_weather'),
    'training inputs': features.trainingInputs.get('flight-delay'),
  } // prettier-ignore

  it('are there for every kind', () => expect(golden.map(({ name }) => name).sort()).toEqual(Object.keys(found).sort()))

  it.each(golden)('are what they were: $name', ({ name, canonical, sha256 }) => {
    expect(createHash('sha256').update(canonical).digest('hex')).toBe(sha256)
    expect(found[name]).toBe(`sha256:${sha256}`)
  })
})

/** A `#` within a text of several lines is no comment. */
const shortView = viewExample.replace(/transform: \|[^]*?(?= {2}features)/, 'transform: SELECT * FROM {{ source }}\n')

const examples = {
  projectExample,
  modelExample,
  versionExample,
  canaryExample,
  splitExample,
  entityExample,
  sourceExample,
  shortView,
}

describe('nothing changes', () => {
  it.each(Object.entries(examples))('with comments, layout and the order of keys: %s', (_, text) => {
    const expected = digestsOf(text)
    const value = parseYaml(text) as unknown
    expect(digestsOf(`# before\n${text.replaceAll('\n', ' # a comment\n')}# after\n`)).toEqual(expected)
    expect(digestsOf(stringify(value))).toEqual(expected)
    expect(digestsOf(stringify(value, { collectionStyle: 'flow', defaultStringType: 'QUOTE_DOUBLE' }))).toEqual(expected)
    expect(digestsOf(json(reversed(value)))).toEqual(expected)
    expect(digestsOf(text.replaceAll('\n', '\r\n'))).toEqual(expected)
  })

  it.each(Object.entries(examples))('with who and what for: %s', (_, text) => {
    const value = parseYaml(text) as { metadata: object }
    const { description: _description, owner: _owner, ...metadata } = value.metadata as Record<string, unknown>
    const written = { ...metadata, description: 'Other words', owner: 'others', tags: ['a'] }
    expect(digestsOf(json({ ...value, metadata }))).toEqual(digestsOf(text))
    expect(digestsOf(json({ ...value, metadata: written }))).toEqual(digestsOf(text))
  })

  it.each([
    ['90s', '90000ms'],
    ['60m', '1h'],
    ['24h', '1d'],
  ])('with another unit of the same duration: %s and %s', (a, b) => {
    expect(digestsOf(canaryExample.replace('10m', a))).toEqual(digestsOf(canaryExample.replace('10m', b)))
    expect(digestsOf(modelExample.replace('50ms', a))).toEqual(digestsOf(modelExample.replace('50ms', b)))
  })

  it.each([
    ['5', '5.0'],
    ['5', '0x5'],
    ['5', '5e0'],
  ])('with another spelling of the same number: %s and %s', (a, b) => {
    const text = (weight: string): string => canaryExample.replace('weight: 5,', `weight: ${weight},`)
    expect(digestsOf(text(a))).toEqual(digestsOf(text(b)))
  })

  it('with comments and layout of SQL', () => {
    const other = viewExample
      .replace('SELECT origin, observed_at', 'SELECT origin,   -- the airport\n      observed_at')
      .replace('THEN wind_speed END', '/* as it is */ THEN\n      wind_speed END')
    expect(other).not.toBe(viewExample)
    expect(digestsOf(other)).toEqual(digestsOf(viewExample))
    expect(digestsOf(viewExample.replace('< 150', '< 151'))).not.toEqual(digestsOf(viewExample))
  })

  it('with the environment that holds anyway', () => {
    expect(digestsOf(canaryExample.replace(', environment: production', ''))).toEqual(digestsOf(canaryExample))
  })

  it.each(kindNames)('when a default that nobody wrote becomes another one: %s', (kind) => {
    const definition = kindDefinitions[kind]
    const withDefault = propertiesOf(kind).filter(({ isRequired, schema }) => !isRequired && schema.default !== undefined)
    const places = fullManifests[kind].flatMap((manifest) =>
      withDefault.flatMap(({ pattern }) => placesOf(manifest, pattern).map((pointer) => ({ manifest, pointer }))),
    )
    for (const { manifest, pointer } of places.filter((place) => place.pointer.startsWith('/spec'))) {
      const without = withValue(manifest, pointer, undefined) as { spec: never }
      const holder = valueAt(definition.meaning(without.spec), parentOf(pointer)) ?? {}
      const written = valueAt(without, parentOf(pointer) === '' ? '/spec' : `/spec${parentOf(pointer)}`) ?? {}
      const names = Object.keys(holder).filter((name) => name.startsWith(lastOf(pointer)) && !Object.hasOwn(written, name))
      expect(names, pointer).toEqual([])
    }
  })
})

/** The place in a meaning: the pointer of its manifest without `/spec`. */
function parentOf(pointer: string): string {
  return pointer.replace(/^\/spec/, '').split('/').slice(0, -1).join('/') // prettier-ignore
}

function lastOf(pointer: string): string {
  return pointer.split('/').at(-1) ?? ''
}

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  )
}

/** For people: in no digest. */
const forPeople = [
  '/metadata/description',
  '/metadata/owner',
  '/metadata/tags',
  ...['requestFeatures', 'onDemand', 'columns', 'features', 'aggregations'].map((list) => `/spec/${list}/*/description`),
  ...['sources/*/columns', 'views/*/features', 'views/*/aggregations'].map((list) => `/spec/definitions/${list}/*/description`),
]

/** The digest of what is served leaves these out too. */
const notServed: Readonly<Record<Kind, readonly string[]>> = {
  Project: [],
  Entity: [],
  DataSource: [],
  FeatureView: [],
  Model: ['/metadata/name', '/spec/requestFeatures', '/spec/onDemand', '/spec/onDemandOnly', '/spec/nulls', '/spec/decision', '/spec/recording', '/spec/features', '/spec/label', '/spec/training', '/spec/evaluation', '/spec/tests', '/spec/riskTier', '/spec/gates', '/spec/fairness'],
  ModelVersion: ['/metadata/name', '/spec/version', '/spec/artifact/path', '/spec/artifact/uri', '/spec/artifact/opset', '/spec/evidence'],
  Rollout: ['/metadata/name', '/metadata/environment', '/spec/suspend', '/spec/fallback'],
  Gate: [],
  FairnessPolicy: [],
  Waiver: [],
} // prettier-ignore

/** What no value of a training set is made from; a kind that is not here has no such digest. */
const notTrained: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  Entity: ['/metadata/name'],
  DataSource: ['/metadata/name', '/spec/expectations', '/spec/freshness', '/spec/volume'],
  FeatureView: ['/metadata/name', '/spec/expectations', '/spec/tests'],
  Model: [
    '/metadata/name',
    '/spec/task',
    '/spec/nulls',
    '/spec/serving',
    '/spec/recording',
    '/spec/decision',
    '/spec/tests',
    '/spec/evaluation/slices/*/minGroup',
    '/spec/evaluation/metrics',
    '/spec/evaluation/positiveClass',
    '/spec/riskTier',
    '/spec/gates',
    '/spec/fairness',
    ...['command', 'files', 'requirements', 'params', 'seed', 'test', 'timeout', 'memory', 'disk', 'promotion'].map(
      (field) => `/spec/training/${field}`,
    ),
  ],
}

/** A change that leaves the manifest readable, by what the schema says of the value. */
function changed(value: unknown, schema: Readonly<Record<string, unknown>>): unknown {
  if (Array.isArray(schema.enum)) return (schema.enum as unknown[]).find((other) => other !== value)
  if (typeof value === 'boolean') return !value
  if (typeof value === 'number') return !Number.isInteger(value) ? value / 2 : value < 100 ? value + 1 : value - 1
  if (typeof value !== 'string') return undefined
  if (value === 'all') return ['all']
  if (/^[0-9a-f]{64}$/.test(value)) return 'cd'.repeat(32)
  if (schema.title === 'Digest') return `sha256:${'cd'.repeat(32)}`
  if (schema.title === 'Time') return '2013-02-02'
  if (schema.title === 'Size') return '7Ti'
  if (schema.title === 'Hold') return value === 'manual' ? '7d' : 'manual'
  return schema.title === 'Duration' ? '7d' : schema.title === 'NullRule' ? 0.25 : `${value}x`
}

interface Change {
  readonly kind: Kind
  readonly pattern: string
  readonly pointer: string
  readonly manifest: unknown
  readonly other: unknown
}

function changesOf(kind: Kind): Change[] {
  return fullManifests[kind].flatMap((manifest) =>
    propertiesOf(kind)
      .filter(({ pattern }) => pattern !== '/apiVersion' && pattern !== '/kind')
      .flatMap(({ pattern, schema, isRequired }) =>
        placesOf(manifest, pattern).flatMap((pointer) => {
          const value = valueAt(manifest, pointer)
          const other = changed(value, schema)
          const changes = other === undefined ? [] : [withValue(manifest, pointer, other)]
          const isChoice =
            /\/(?:canary|split|path|uri|fallback\/(?:version|constant)|place\/(?:files|postgres)|secretRef\/(?:env|file)|online\/(?:grid|exact))$/.test(
              pattern,
            )
          if (!isRequired && !isChoice && !isEmpty(value)) changes.push(withValue(manifest, pointer, undefined))
          if (Array.isArray(value) && value.length > 1) changes.push(withValue(manifest, pointer, value.toReversed()))
          return changes.map((change) => ({ kind, pattern, pointer, manifest, other: change }))
        }),
      ),
  )
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

const changes = kindNames.flatMap(changesOf)

/** Whether the pattern, or one of the places above it, is listed. */
function isIn(list: readonly string[], pattern: string): boolean {
  return list.some((listed) => pattern === listed || pattern.startsWith(`${listed}/`))
}

describe('every change of meaning', () => {
  it('is tried: every property of every schema has a value in a full manifest', () => {
    for (const kind of kindNames) {
      const untried = propertiesOf(kind).filter(({ pattern }) =>
        fullManifests[kind].every((manifest) => placesOf(manifest, pattern).length === 0),
      )
      expect(untried.map(({ pattern }) => `${kind}${pattern}`)).toEqual([])
    }
    expect(changes.length).toBeGreaterThan(100)
  })

  it.each(kindNames)('starts from valid manifests: %s', (kind) => {
    for (const manifest of fullManifests[kind]) expect(parse(json(manifest)).findings).toEqual([])
  })

  it.each(changes)('changes the digest, unless it is for people: $kind $pointer', ({ kind, pattern, manifest, other }) => {
    const [before, after] = [digestsOf(json(manifest)), digestsOf(json(other))]
    expect(before.digest !== after.digest).toBe(!isIn(forPeople, pattern))
    const isMeant = (others: readonly string[]): boolean => !isIn(forPeople, pattern) && !isIn(others, pattern)
    if (before.servingDigest !== undefined) {
      expect(before.servingDigest !== after.servingDigest).toBe(isMeant(notServed[kind]))
    }
    const others = notTrained[kind]
    expect(before.trainingDigest === undefined).toBe(others === undefined)
    if (others !== undefined) expect(before.trainingDigest !== after.trainingDigest).toBe(isMeant(others))
  })

  it('is another expression, not another way to write one', () => {
    const written = (cel: string) =>
      digestsOf(onDemandExample.slice(0, onDemandExample.indexOf('---')).replace('wind_speed > 25', cel)).trainingDigest
    expect(written("'(wind_speed)  >  25 // mph'")).toBe(written('wind_speed > 25'))
    const others = [
      'wind_speed > 25.0',
      'wind_speed >= 25',
      '25 > wind_speed',
      'wind_speed > distance - (wind_speed - 25)',
      'wind_speed > (distance - wind_speed) - 25',
    ]
    expect(new Set(['wind_speed > 25', ...others].map(written)).size).toBe(6)
  })

  it('is a default that somebody writes: it holds also when the default becomes another', () => {
    expect(digestsOf(splitExample).digest).not.toBe(digestsOf(splitExample.replace('    coverage: 100\n', '')).digest)
    expect(digestsOf(`${canaryExample}  suspend: false\n`).digest).not.toBe(digestsOf(canaryExample).digest)
    expect(digestsOf(`${canaryExample}  suspend: false\n`).servingDigest).toBe(digestsOf(canaryExample).servingDigest)
  })

  it('is the kind, and the name: no two documents have the same digest', () => {
    const all = kindNames.flatMap((kind) => fullManifests[kind].map((manifest) => digestsOf(json(manifest)).digest))
    expect(new Set(all).size).toBe(all.length)
  })
})

describe('releases', () => {
  function releaseOf(changes: FileTexts = {}, number = 3) {
    const { resources } = assembleWith(changes)
    const find = (kind: Kind, name: string): Resource => {
      const found = resources.find((resource) => resource.kind === kind && resource.metadata.name === name)
      if (found === undefined) throw new Error(`no ${kind} ${name}`)
      return found
    }
    const version = find('ModelVersion', `flight-delay-${number}`) as Resource<ModelVersionSpec>
    return buildRelease(version, find('Model', 'flight-delay') as Resource<ModelSpec>)
  }

  const model = 'models/flight-delay.yaml'
  const version = 'models/flight-delay/versions/3.yaml'

  it('are the same for another number, place, evidence and words of the same version', () => {
    const other = versionExample
      .replace('name: flight-delay-3', 'name: flight-delay-3, description: again')
      .replace('path: models/flight-delay/versions/3.onnx', 'path: elsewhere/3.onnx')
      .replace('  goldenRows', '  evidence: { auc: 0.7 }\n  goldenRows')
    expect(releaseOf({ [version]: other }).digest).toBe(releaseOf().digest)
    // Version 2 of the tests is version 3 with another number and path.
    expect(releaseOf({}, 2).digest).toBe(releaseOf({}, 3).digest)
  })

  it.each([
    ['the bytes', version, versionExample.replace('9f2c3d5e', '00000000')],
    ['the size', version, versionExample.replace('128233', '128234')],
    ['the threshold', version, versionExample.replace('threshold: 0.5', 'threshold: 0.4')],
    ['a golden row', version, versionExample.replace('{ label: 1 }', '{ label: 0 }')],
    ['the time budget of the model', model, modelExample.replace('50ms', '60ms')],
    ['the task of the model', model, modelExample.replace('binary-', 'multiclass-').replace(/ {2}decision.*\n/, '')],
  ])('are others with another %s', (_, file, text) => {
    expect(releaseOf({ [file]: text }).digest).not.toBe(releaseOf().digest)
  })

  it('do not follow what the model says today of a version that exists', () => {
    expect(releaseOf({ [model]: modelExample.replace('threshold: 0.5', 'threshold: 0.9') })).toEqual(releaseOf())
    expect(releaseOf({ [model]: modelExample.replace('default: model', 'default: reject') })).toEqual(releaseOf())
  })

  it('hold everything that serving needs, defaults filled', () => {
    const bare = versionExample
      .replace(/ {2}nulls:\n.*\n.*\n/, '')
      .replace(/ {2}decision.*\n/, '')
      .replace(/ {2}goldenRows[^]*$/, '')
    expect(releaseOf({ [version]: bare })).toMatchObject({
      model: 'flight-delay',
      version: 3,
      task: 'binary-classification',
      nulls: { default: 'model' },
      decision: { threshold: 0.5 },
      goldenRows: [],
      serving: { budgetMs: 50 },
    })
    const regression = modelExample.replace('binary-classification', 'regression').replace(/ {2}decision.*\n/, '')
    expect(releaseOf({ [model]: regression, [version]: bare })).not.toHaveProperty('decision')
  })
})
