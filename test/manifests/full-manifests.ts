/** One manifest of every kind with every property of its schema, and the places of those properties. */
import type { Kind } from '../../reconciler/core/resource.ts'
import type { JsonSchema } from '../../reconciler/manifests/kinds/kind-definition.ts'
import { kindDefinitions } from '../../reconciler/manifests/kinds/registry.ts'

type Value = Readonly<Record<string, unknown>>

const requestFeatures = [
  { name: 'distance', dtype: 'float32', unit: 'mi', description: 'of the flight' },
  { name: 'wind', dtype: 'float64', unit: 'mph', description: 'at departure' },
]
const onDemand = [
  { name: 'is_far', dtype: 'bool', cel: 'distance > 700', unit: 'yes', description: 'beyond the next state' },
  { name: 'headwind', dtype: 'float32', cel: 'is_far ? wind : 0.5', unit: 'mph', description: 'on the way' },
]
const nulls = { default: 'model', features: { distance: 'reject', wind: 0 } }
const metadata = { description: 'What it is', owner: 'team-flightops', tags: ['flights', 'delay'] }
const envelope = { apiVersion: 'mainward.dev/v1alpha1' }

const version = {
  ...envelope,
  kind: 'ModelVersion',
  metadata: { name: 'flight-delay-3', ...metadata },
  spec: {
    model: 'flight-delay',
    version: 3,
    source: 'imported',
    artifact: { path: 'models/3.onnx', sha256: 'ab'.repeat(32), sizeBytes: 1234, opset: 18 },
    signature: {
      inputs: [{ name: 'input', datatype: 'FP32', shape: [-1, 4], features: ['distance', 'wind', 'is_far', 'headwind'] }],
      outputs: { score: 'probabilities', label: 'label', positiveIndex: 1 },
    },
    requestFeatures,
    onDemand,
    views: [],
    nulls,
    decision: { threshold: 0.5 },
    goldenRows: [{ inputs: { distance: 733, wind: 12.5, is_far: true, headwind: 12.5 }, outputs: { label: 1 } }],
    evidence: { auc: 0.7 },
  },
}

const embeddedFeature = { name: 'wind', dtype: 'float32', unit: 'mph', description: 'at the airport' }

/** A version that reads views: computed and pushed ones, of files and of queries. */
const readingVersion = {
  ...version,
  spec: {
    ...version.spec,
    signature: {
      ...version.spec.signature,
      inputs: [
        {
          name: 'input',
          datatype: 'FP32',
          shape: [-1, 6],
          features: ['distance', 'wind', 'dest__wind', 'gust', 'is_far', 'headwind'],
        },
      ],
    },
    views: [
      { view: 'weather', digest: `sha256:${'ab'.repeat(32)}`, join: { airport: 'dest' }, as: 'dest', take: ['wind'] },
      { view: 'gusts', digest: `sha256:${'ef'.repeat(32)}`, join: { airport: 'dest' }, take: ['gust'] },
    ],
    definitions: {
      entities: [
        { name: 'airport', keys: [{ name: 'airport', dtype: 'string' }] },
        {
          name: 'hour',
          keys: [
            { name: 'hour', dtype: 'int32' },
            { name: 'day', dtype: 'string' },
          ],
        },
      ],
      sources: [
        {
          name: 'gusts',
          place: { postgres: { query: 'select 1', connection: { secretRef: { env: 'GUSTS' } } } },
          columns: [embeddedFeature, { ...embeddedFeature, name: 'airport' }],
        },
        {
          name: 'hours',
          place: { postgres: { query: 'select 1', connection: { secretRef: { file: '/run/secrets/hours' } } } },
          columns: [embeddedFeature],
        },
        {
          name: 'weather',
          place: { files: { format: 'parquet', pattern: 'data/*/weather.parquet', partitions: ['day', 'hour'] } },
          eventTime: 'observed_at',
          createdTime: 'recorded_at',
          timeZone: 'America/New_York',
          rowKey: ['airport', 'observed_at'],
          columns: [embeddedFeature],
        },
      ],
      views: [
        {
          name: 'gusts',
          entities: [{ name: 'airport', columns: { airport: 'airport' } }],
          inputs: [
            { kind: 'DataSource', name: 'gusts' },
            { kind: 'FeatureView', name: 'weather' },
          ],
          transform: 'SELECT 1',
          eventTime: 'observed_at',
          createdTime: 'recorded_at',
          rowKey: ['airport', 'observed_at'],
          ttl: '3h',
          features: [{ ...embeddedFeature, name: 'gust' }, embeddedFeature],
          online: { exact: true },
        },
        {
          name: 'weather',
          entities: [{ name: 'airport', columns: { airport: 'origin' } }],
          inputs: [{ kind: 'DataSource', name: 'weather' }],
          aggregations: [
            { ...embeddedFeature, function: 'quantile', column: 'speed', window: '6h', where: 'speed > 0', quantile: 0.5 },
            { ...embeddedFeature, name: 'readings', function: 'count', window: '6h', dtype: 'int64' },
          ],
          online: { grid: { refresh: '15m', lag: '1m' } },
        },
      ],
    },
    goldenRows: [
      { inputs: { distance: 733, wind: 12.5, dest__wind: 3, gust: null, is_far: true, headwind: 12.5 }, outputs: { label: 1 } },
    ],
  },
}

const rollout = {
  ...envelope,
  kind: 'Rollout',
  metadata: { name: 'flight-delay', ...metadata, environment: 'staging' },
}

const columns = [
  { name: 'origin', dtype: 'string', unit: 'code', description: 'of the airport' },
  { name: 'observed_at', dtype: 'timestamp', unit: 'UTC', description: 'when' },
  { name: 'recorded_at', dtype: 'timestamp', unit: 'UTC', description: 'when it was written down' },
  { name: 'wind', dtype: 'float32', unit: 'mph', description: 'at the airport' },
  { name: 'day', dtype: 'string', unit: 'day', description: 'of the folder' },
]

const source = {
  eventTime: 'observed_at',
  createdTime: 'recorded_at',
  timeZone: 'America/New_York',
  rowKey: ['origin', 'observed_at'],
  columns,
  expectations: [{ expect_column_values_to_not_be_null: { column: 'origin' } }],
  freshness: { maxAge: '2h', severity: 'warning' },
  volume: { window: '1d', minRows: 10, maxRows: 1000, severity: 'info' },
}

const postgres = (secretRef: Value) => ({ query: 'select * from weather', connection: { secretRef } })

const view = {
  entities: [{ name: 'airport', columns: { airport: 'origin' } }, { name: 'hour', columns: { hour: 'hour' } }], // prettier-ignore
  ttl: '3h',
  eventTime: 'observed_at',
  createdTime: 'recorded_at',
  rowKey: ['origin', 'observed_at'],
  features: [
    { name: 'wind', dtype: 'float32', unit: 'mph', description: 'of the hour' },
    { name: 'gust', dtype: 'float32', unit: 'mph', description: 'of the hour' },
  ],
  aggregations: [
    { name: 'windy', function: 'quantile', column: 'wind', window: '6h', where: 'gust > 1', quantile: 0.5, dtype: 'float32', unit: 'mph', description: 'median' },
    { name: 'rows', function: 'count', window: '1d' },
  ],
  expectations: [{ expect_column_values_to_not_be_null: { column: 'wind' } }],
} // prettier-ignore

const feature = (kind: Kind, name: string, spec: Value) => ({ ...envelope, kind, metadata: { name, ...metadata }, spec })

const looked = { tolerance: 0.5, rows: 50, mostly: 0.5 }
const golden = { distance: 200, wind: 5, origin__wind: 5, origin__gust: null, dest__wind: 3 }
const told = { severity: 'critical', onInconclusive: 'block' }

/** Together they have every property; a rollout is either a canary or a split, an artifact has a path or a uri. */
export const fullManifests: Readonly<Record<Kind, readonly Value[]>> = {
  Project: [
    {
      ...envelope,
      kind: 'Project',
      metadata: { name: 'flights', ...metadata },
      spec: {
        include: ['models/**', 'rollouts/**'],
        environments: { production: {}, staging: {} },
        artifacts: { store: 'folder:/srv/models' },
        allowEmpty: true,
      },
    },
  ],
  Entity: [feature('Entity', 'airport_hour', { keys: [{ name: 'airport', dtype: 'string' }, { name: 'hour', dtype: 'int32' }] })], // prettier-ignore
  DataSource: [
    feature('DataSource', 'weather', { file: 'data/*/weather.parquet', partitions: ['day'], ...source }),
    feature('DataSource', 'weather', { postgres: postgres({ env: 'WEATHER' }), ...source }),
    feature('DataSource', 'weather', { postgres: postgres({ file: '/run/secrets/weather' }), ...source }),
  ],
  FeatureView: [
    feature('FeatureView', 'airport_weather', {
      source: 'weather',
      transform: 'SELECT * FROM {{ source }}',
      ...view,
      tests: [
        {
          name: 'one row',
          given: [{ wind: 10 }, { wind: null }],
          expect: [{ airport: 'JFK', hour: 7, at: '2013-01-01T08:00:00Z', wind: 10 }],
        },
      ],
      online: { refresh: '15m', lag: '1m' },
    }),
    feature('FeatureView', 'airport_weather', {
      sources: ['weather', { view: 'hours' }],
      transform: 'SELECT * FROM {{ weather }} JOIN {{ hours }} USING (hour)',
      ...view,
      aggregations: [],
      tests: [
        {
          name: 'two sources',
          given: { weather: [{ wind: 10 }], hours: [] },
          expect: [{ airport: 'JFK', hour: 7, at: '2013-01-01T08:00:00Z', wind: 10 }],
        },
      ],
      online: { freshness: 'exact' },
    }),
  ],
  Model: [
    {
      ...envelope,
      kind: 'Model',
      metadata: { name: 'flight-delay', ...metadata },
      spec: {
        task: 'binary-classification',
        features: [
          { view: 'airport_weather', join: { airport: 'origin', hour: 'hour' }, as: 'origin', take: ['wind', 'gust'] },
          { view: 'airport_weather', join: { airport: 'dest', hour: 'hour' }, as: 'dest', take: ['wind'] },
        ],
        requestFeatures,
        onDemand: [...onDemand, { name: 'gusty', dtype: 'bool', cel: 'origin__gust > 30' }],
        onDemandOnly: ['origin__gust'],
        label: { source: 'flights', column: 'late', predictAt: 'predict_at', knownAt: 'arrived_at' },
        training: {
          data: { from: '2013-01-15', until: '2013-06-01T12:00:00Z', splitBy: 'sched_dep', validation: '14d', test: '10d' },
          weights: 'passengers',
          command: ['python3', 'training/train.py'],
          files: ['training/**', 'lib/**'],
          requirements: 'training/requirements.txt',
          params: { depth: 6 },
          seed: 11,
          test: ['pytest', '-q'],
          timeout: '40m',
          memory: '8Gi',
          disk: '20Gi',
          promotion: 'separate',
        },
        evaluation: {
          metrics: ['roc_auc', 'log_loss'],
          positiveClass: 1,
          resampleBy: 'tail',
          slices: [{ by: 'carrier', minGroup: 300 }, { by: 'month' }],
        },
        riskTier: 'low',
        gates: ['quality', 'budget'],
        fairness: ['parity', 'access'],
        nulls,
        serving: { budget: '60ms' },
        recording: { percent: 40, drop: ['wind', 'unit'] },
        decision: { threshold: 0.4 },
        tests: [
          { name: 'near', golden: { row: golden, score: 0.2, tolerance: 0.1 } },
          { name: 'far', golden: { row: { ...golden, distance: 2000 }, decision: true } },
          { name: 'gust there', invariance: { feature: 'dest__wind', values: [1, 2.5], tolerance: 0.2, rows: 50, mostly: 0.5 } },
          {
            name: 'more wind',
            directional: { feature: 'wind', add: 5, score: 'not-down', ...looked },
          },
          { name: 'calm', directional: { feature: 'wind', set: 0, score: 'down', ...looked } },
          { name: 'double', directional: { feature: 'wind', multiply: 2, score: 'up', ...looked } },
          { name: 'bounds', range: { min: 0.25, max: 0.75, rows: 50, mostly: 0.5 } },
          { name: 'no wind', missing: { features: ['wind', 'dest__wind'], together: true, expect: 'rejected', rows: 50 } },
          { name: 'fast', latency: { p50: '2ms', p99: '20ms', runs: 200 } },
          { name: 'small', size: { atMost: '20Mi' } },
        ],
      },
    },
    {
      ...envelope,
      kind: 'Model',
      metadata: { name: 'carriers', ...metadata },
      spec: {
        task: 'multiclass-classification',
        riskTier: 'low',
        features: [],
        requestFeatures,
        onDemand: [],
        onDemandOnly: [],
        label: { source: 'flights', column: 'carrier', predictAt: 'predict_at' },
        training: {
          command: ['train'],
          params: {},
          seed: 3,
          data: { until: '2013-06-01', validation: '10d', test: '10d' },
          timeout: '40m',
          memory: '8Gi',
          disk: '20Gi',
          promotion: 'separate',
        },
        evaluation: { slices: [] },
        gates: [],
        fairness: [],
        nulls,
        serving: { budget: '60ms' },
        recording: { percent: 40, drop: [] },
        tests: [
          { name: 'near', golden: { row: { distance: 200, wind: 5 }, label: 'UA' } },
          { name: 'far', golden: { row: { distance: 2000, wind: 5 }, score: 0.25, class: 'UA', tolerance: 0.1 } },
          { name: 'more wind', directional: { feature: 'wind', add: 5, score: 'down', class: 'UA', ...looked } },
          { name: 'bounds', range: { max: 0.75, class: 'UA', rows: 50, mostly: 0.5 } },
        ],
      },
    },
  ],
  ModelVersion: [
    version,
    readingVersion,
    {
      ...version,
      spec: { ...version.spec, artifact: { uri: 'folder:sha256/abab', sha256: 'ab'.repeat(32), sizeBytes: 1234 } },
    },
  ],
  Gate: [
    feature('Gate', 'quality', {
      enforcement: 'warn',
      rules: [
        {
          name: 'auc',
          metric: 'roc_auc',
          by: 'carrier',
          minGroup: 300,
          judge: 'point',
          atLeast: 0.6,
          severity: 'warn',
          onInconclusive: 'warn',
        },
        { metric: 'log_loss', atMost: 0.4, ...told },
        { metric: 'log_loss', noWorseThan: 'production', margin: 0.01, ...told },
        { metric: 'log_loss', betterThan: 'baseline', by: ['carrier', 'month'], ...told },
        { metric: 'selection_rate', by: 'carrier', ratioAtLeast: 0.75, ...told },
        { metric: 'true_positive_rate', by: 'carrier', differenceAtMost: 0.15, ...told },
        { tests: 'all', ...told },
        { expectations: ['a', 'b'], ...told },
        { dataChecks: ['shared-rows', 'label-balance'], ...told },
        { cel: 'artifact.sizeBytes < 1000', ...told },
      ],
    }),
  ],
  FairnessPolicy: [
    feature('FairnessPolicy', 'parity', {
      attributes: ['race', 'sex', 'age'],
      intersections: [
        ['race', 'sex'],
        ['sex', 'age'],
      ],
      enforcement: 'measure',
      rules: [
        {
          name: 'rate',
          metric: 'selection_rate',
          by: 'race',
          minGroup: 50,
          judge: 'point',
          ratioAtLeast: 0.75,
          severity: 'warn',
          onInconclusive: 'warn',
        },
        { metric: 'true_positive_rate', by: ['race', 'sex'], differenceAtMost: 0.15, ...told },
        { metric: 'accuracy', atLeast: 0.6, ...told },
        { metric: 'log_loss', atMost: 0.6, ...told },
        { metric: 'log_loss', noWorseThan: 'production', margin: 0.01, ...told },
        { metric: 'log_loss', betterThan: 'baseline', ...told },
      ],
    }),
  ],
  Waiver: [
    feature('Waiver', 'until-summer', {
      gate: 'quality',
      rule: 'auc',
      model: 'flight-delay',
      version: 3,
      reason: 'More rows come with the summer.',
      grantedBy: 'acme/model-risk',
      until: '2027-03-01',
    }),
  ],
  Rollout: [
    {
      ...rollout,
      spec: {
        unit: 'flight_id',
        suspend: true,
        canary: { version: 3, steps: [{ weight: 5, hold: '10m' }, { weight: 100, hold: '1s' }] }, // prettier-ignore
        fallback: { version: 2 },
      },
    },
    {
      ...rollout,
      spec: {
        unit: 'flight_id',
        suspend: true,
        split: {
          seed: '2026q4',
          coverage: 90,
          variants: [
            { name: 'control', version: 2, weight: 50 },
            { name: 'treatment', version: 3, weight: 50 },
          ],
        },
        fallback: { constant: [0.2, 0.8] },
      },
    },
  ],
}

export interface Property {
  /** JSON pointer with `*` for any item of a list and any member of an open map. */
  readonly pattern: string
  readonly schema: JsonSchema & Readonly<Record<string, unknown>>
  /** As the parent says it: `description` and `default` written there count. */
  readonly isRequired: boolean
}

/** Every property of a kind's schema. */
export function propertiesOf(kind: Kind): readonly Property[] {
  const root = kindDefinitions[kind].schema
  return walk(root, '')

  function walk(schema: JsonSchema, pointer: string): Property[] {
    const own = resolve(schema) as JsonSchema & { readonly additionalProperties?: unknown }
    const members = Object.entries(own.properties ?? {}).flatMap(([name, property]) => {
      const pattern = `${pointer}/${name}`
      const found = { pattern, schema: resolve(property), isRequired: own.required?.includes(name) ?? false }
      return [found as Property, ...walk(property, pattern)]
    })
    const open = own.additionalProperties
    const inner = [own.items, typeof open === 'object' ? (open as JsonSchema) : undefined]
    return [...members, ...inner.flatMap((item) => (item === undefined ? [] : walk(item, `${pointer}/*`)))]
  }

  function resolve(schema: JsonSchema): JsonSchema {
    const target = schema.$ref === undefined ? undefined : root.$defs?.[schema.$ref.replace('#/$defs/', '')]
    return target === undefined ? schema : { ...target, ...schema }
  }
}

/** The JSON pointers of a manifest that a pattern names. */
export function placesOf(manifest: unknown, pattern: string): readonly string[] {
  let places = [{ pointer: '', value: manifest }]
  for (const step of pattern.split('/').slice(1)) {
    places = places.flatMap(({ pointer, value }) =>
      value === null || typeof value !== 'object'
        ? []
        : Object.entries(value)
            .filter(([name]) => step === '*' || name === step)
            .map(([name, member]) => ({ pointer: `${pointer}/${name}`, value: member as unknown })),
    )
  }
  return places.map(({ pointer }) => pointer)
}

export function valueAt(manifest: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((value, step) => (value as Record<string, unknown>)[step], manifest)
}

/** A copy with another value at a place; undefined removes it. */
export function withValue(manifest: unknown, pointer: string, value: unknown): unknown {
  const copy: unknown = structuredClone(manifest)
  const steps = pointer.split('/')
  const parent = valueAt(copy, steps.slice(0, -1).join('/')) as Record<string, unknown>
  const last = steps.at(-1) ?? ''
  if (value !== undefined) parent[last] = value
  else if (Array.isArray(parent)) parent.splice(Number(last), 1)
  else Reflect.deleteProperty(parent, last)
  return copy
}
