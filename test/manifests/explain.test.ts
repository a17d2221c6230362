import { describe, expect, it } from 'vitest'
import { assembleCommit } from '../../reconciler/manifests/assemble.ts'
import { checkSingleFile } from '../../reconciler/manifests/check-single.ts'
import { isRuleId, renderRule, ruleIds, rules, type RuleId } from '../../reconciler/manifests/explain.ts'
import { behaviourExample } from '../../reconciler/manifests/rules/behaviour-rules.ts'
import {
  canaryExample,
  expectationExample,
  modelExample,
  onDemandExample,
  projectExample,
  splitExample,
  trainerExample,
  trainingExample,
  versionExample,
  viewsExample,
} from '../../reconciler/manifests/rules/examples.ts'
import { gateExamples } from '../../reconciler/manifests/rules/gate-examples.ts'
import {
  assembleWith,
  bytesOf,
  parse,
  secondVersionExample,
  soundFiles,
  type CommitOptions,
  type FileTexts,
} from './commit-of.ts'

const project = 'mainward.yaml'
const model = 'models/flight-delay.yaml'
const version = 'models/flight-delay/versions/3.yaml'
const rollout = 'rollouts/flight-delay.yaml'
const artifact = 'models/flight-delay/versions/3.onnx'
const sha256 = /sha256: ([0-9a-f]{64})/.exec(versionExample)?.[1] ?? ''

function edit(text: string, from: string | RegExp, to: string): string {
  const edited = text.replace(from, to)
  if (edited === text) throw new Error(`nothing to replace: ${from}`)
  return edited
}

/** Another file has them. */
const apart: FileTexts = { [model]: null, [version]: null, [rollout]: null }

const changed = {
  model: (from: string | RegExp, to: string): FileTexts => ({ [model]: edit(modelExample, from, to) }),
  version: (from: string | RegExp, to: string): FileTexts => ({ [version]: edit(versionExample, from, to) }),
  canary: (from: string | RegExp, to: string): FileTexts => ({ [rollout]: edit(canaryExample, from, to) }),
  /** The sound commit with a model that learns from views, all in one file. */
  training: (from: string | RegExp, to: string): FileTexts => ({ ...apart, 'x.yaml': edit(trainingExample, from, to) }),
  split: (from: string | RegExp, to: string): FileTexts => ({ [rollout]: edit(splitExample, from, to) }),
}

const staticSource = `apiVersion: mainward.dev/v1alpha1
kind: DataSource
metadata: { name: airports }
spec:
  file: data/airports.csv
  columns:
    - { name: faa, dtype: string }
`

interface Wrong {
  readonly files: FileTexts
  readonly options?: CommitOptions
}

const twice = '    - { name: distance, dtype: float32, unit: mi }\n    - { name: wind'

const behaviour = (from: string, to: string): FileTexts => ({ ...apart, 'x.yaml': edit(behaviourExample, from, to) })
const gates = (from: string, to: string): FileTexts => ({ ...apart, 'x.yaml': edit(gateExamples, from, to) })

const trainer = (from: string, to: string): FileTexts => ({ ...apart, 'x.yaml': edit(trainerExample, from, to) })

const onDemand = (from: string, to: string): FileTexts => ({ ...apart, 'x.yaml': edit(onDemandExample, from, to) })

/**
 * For every rule what breaks it, and it alone. A circle of references needs kinds that this version has not, see below; SQL needs
 * an engine, what has expired a time, and a clash of versions another commit.
 */
const wrong: Record<Exclude<RuleId, 'reference-cycle' | 'view-sql' | 'waiver-expired' | 'version-clash'>, readonly Wrong[]> = {
  encoding: [
    { files: { 'x.yaml': Uint8Array.from([...bytesOf(edit(canaryExample, 'flight_id', 'flight')), 0xff]) } },
    { files: { 'x.yaml': new Uint8Array(Buffer.from(`\uFEFF${canaryExample}`, 'utf16le')) } },
  ],
  'document-too-large': [{ files: { 'x.yaml': `${canaryExample}# ${'x'.repeat(1024 * 1024)}\n` } }],
  'document-too-deep': [
    { files: { 'x.yaml': edit(versionExample, /$/, `  evidence: ${'['.repeat(80)}${']'.repeat(80)}\n`) } },
    { files: { 'x.yaml': edit(versionExample, /$/, `  evidence: ${'['.repeat(30_000)}\n`) } },
  ],
  'merge-conflict': [
    {
      files: {
        'x.yaml': edit(
          canaryExample,
          '    version: 3\n',
          '<<<<<<< HEAD\n    version: 3\n=======\n    version: 4\n>>>>>>> 5ddf505 (Mine)\n',
        ),
      },
    },
  ],
  'yaml-syntax': [
    { files: { 'x.yaml': edit(canaryExample, 'canary:', 'canary: [') } },
    { files: { 'x.yaml': edit(canaryExample, 'unit: flight_id', 'unit: "flight_id') } },
    { files: { 'x.yaml': edit(canaryExample, '    version: 3', '   version: 3') } },
  ],
  'tab-indentation': [{ files: { 'x.yaml': edit(canaryExample, '    version: 3', '\tversion: 3') } }],
  'duplicate-key': [{ files: changed.canary('version: 3', 'version: 3\n    version: 3') }],
  'key-type': [{ files: changed.version(/$/, '  evidence: { ? [a, b] : 1 }\n') }],
  anchor: [
    { files: changed.canary('flight_id', '&unit flight_id') },
    { files: changed.version(/$/, '  evidence: { a: &a 1, b: *a }\n') },
  ],
  'merge-key': [{ files: changed.version(/$/, '  evidence: { <<: { a: 1 } }\n') }],
  'yaml-extra': [
    { files: changed.canary('flight_id', '!!str flight_id') },
    { files: changed.canary('flight_id', '!unit flight_id') },
    { files: changed.canary(/^/, '%YAML 1.1\n---\n') },
  ],
  'number-precision': [
    { files: changed.version('distance: 733', 'distance: 9007199254740993') },
    { files: changed.version('distance: 733', 'distance: 1e999') },
    { files: changed.version('distance: 733', 'distance: .nan') },
    { files: changed.version('distance: 733', 'distance: 0.12345678901234567891') },
  ],
  'api-version': [
    { files: { 'x.yaml': edit(canaryExample, 'v1alpha1', 'v1') } },
    { files: { 'x.yaml': edit(canaryExample, 'mainward.dev', 'mainwrad.dev') } },
    { files: { 'x.yaml': edit(canaryExample, 'mainward.dev', 'mainward.io') } },
  ],
  'unknown-kind': [
    { files: { 'x.yaml': edit(canaryExample, 'kind: Rollout', 'kind: Rolout') } },
    { files: { 'x.yaml': edit(canaryExample, 'kind: Rollout', 'kind: [Rollout]') } },
  ],
  'not-supported': [
    { files: { 'x.yaml': edit(canaryExample, 'kind: Rollout', 'kind: Monitor') } },
    { files: changed.canary(/$/, '  guardrails:\n    - { metric: error_rate, atMost: 0.01 }\n') },
    { files: changed.canary('weight: 5,', 'weight: 5, minExposures: 500,') },
    { files: changed.split(/$/, '    decide: { metric: log_loss }\n') },
    { files: gates('{ tests: all }', '{ metric: ece, atMost: 0.1, over: 1d }') },
    { files: gates('noWorseThan: production, margin: 0.01', 'noWorseThan: stable, margin: 0.01') },
    { files: { [project]: edit(projectExample, /$/, '  artifacts: { store: "s3:bucket" }\n') } },
    { files: { [project]: edit(projectExample, /$/, '  environments: { production: { after: staging } }\n') } },
  ],
  'unknown-field': [{ files: changed.canary('unit:', 'unti:') }, { files: changed.canary('environment:', 'enviroment:') }],
  'missing-field': [
    { files: changed.model('  task: binary-classification\n', '') },
    { files: { 'x.yaml': edit(canaryExample, 'kind: Rollout\n', '') } },
    { files: { 'x.yaml': edit(canaryExample, 'apiVersion: mainward.dev/v1alpha1\n', '') } },
  ],
  'wrong-type': [
    { files: changed.canary('unit: flight_id', 'suspend: no') },
    { files: changed.canary('version: 3', 'version: "3"') },
    { files: changed.canary('version: 3', 'version: null') },
    { files: changed.canary('unit: flight_id', 'unit: 7') },
    { files: changed.model('default: model', 'default: zero') },
  ],
  'invalid-value': [
    { files: changed.model('binary-classification', 'binary-clasification') },
    { files: changed.version(sha256, 'ABC') },
    { files: changed.canary('version: 3', 'version: 0') },
    { files: changed.model('threshold: 0.5', 'threshold: 1.5') },
  ],
  'name-format': [
    { files: { 'x.yaml': edit(canaryExample, 'name: flight-delay', 'name: Flight_Delay') } },
    { files: { [project]: edit(projectExample, /$/, '  environments: { production: {}, Staging: {} }\n') } },
  ],
  duration: [{ files: changed.canary('hold: 10m', 'hold: 10 minutes') }, { files: changed.canary('hold: 10m', 'hold: 600') }],
  size: [{ files: changed.version('sizeBytes: 128233', 'sizeBytes: 20Mi') }],
  percent: [
    { files: changed.canary('weight: 5,', 'weight: 0,') },
    { files: changed.canary('weight: 5,', 'weight: 5%,') },
    { files: changed.canary('weight: 5,', 'weight: 2.5,') },
    { files: changed.split('coverage: 100', 'coverage: 101') },
    { files: changed.model(/$/, '  recording: { percent: 101 }\n') },
  ],
  'canary-or-split': [
    { files: changed.canary(/$/, splitExample.slice(splitExample.indexOf('  split:'))) },
    { files: changed.canary(/ {2}canary:[^]*$/, '') },
  ],
  'steps-order': [
    { files: changed.canary('weight: 25', 'weight: 5') },
    { files: changed.canary('      - { weight: 100 }\n', '') },
  ],
  'weights-sum': [{ files: changed.split('version: 3, weight: 50', 'version: 3, weight: 45') }],
  'control-variant': [{ files: changed.split('name: control', 'name: contrl') }],
  'duplicate-variant': [{ files: changed.split('name: treatment', 'name: control') }],
  'fallback-choice': [
    { files: changed.canary(/$/, '  fallback: {}\n') },
    { files: changed.canary(/$/, '  fallback: { version: 2, constant: 0.2 }\n') },
  ],
  'fallback-version': [{ files: changed.canary(/$/, '  fallback: { version: 3 }\n') }],
  'fallback-features': [
    {
      files: {
        ...changed.canary(/$/, '  fallback: { version: 2 }\n'),
        'models/flight-delay/versions/2.yaml': edit(
          secondVersionExample,
          'wind_speed, dtype: float32',
          'wind_speed, dtype: bool',
        ),
      },
    },
  ],
  'fallback-constant': [
    { files: changed.canary(/$/, '  fallback: { constant: 1.5 }\n') },
    { files: changed.canary(/$/, '  fallback: { constant: [0.5, 0.5] }\n') },
  ],
  'recording-drop': [{ files: changed.model(/$/, '  recording: { drop: [wind_sped] }\n') }],
  'version-name': [{ files: { 'x.yaml': edit(versionExample, 'name: flight-delay-3', 'name: flight-delay-v3') } }],
  'artifact-place': [
    { files: changed.version('    path: models/flight-delay/versions/3.onnx\n', '') },
    { files: changed.version('    path:', '    uri: folder:sha256/9f\n    path:') },
    { files: changed.version('path: models', 'path: ../models') },
  ],
  'signature-features': [
    { files: changed.version('          - wind_speed\n', '          - wind_sped\n') },
    { files: changed.version('  nulls:', '    - { name: extra, dtype: float32 }\n  nulls:') },
  ],
  'signature-shape': [
    { files: changed.version('          - 2\n', '          - 3\n') },
    { files: changed.version('          - -1\n', '          - 1\n') },
  ],
  'signature-datatype': [{ files: changed.version('datatype: FP32', 'datatype: INT64') }],
  'duplicate-feature': [
    { files: { ...changed.model(/ {4}- \{ name: wind/, twice), ...changed.version(/ {4}- \{ name: wind/, twice) } },
  ],
  'null-rule': [
    {
      files: {
        ...changed.model('{ wind_speed: 0 }', '{ wind_sped: 0 }'),
        ...changed.version('{ wind_speed: 0 }', '{ wind_sped: 0 }'),
      },
    },
  ],
  'decision-task': [{ files: changed.model('binary-classification', 'regression') }],
  'source-place': [
    { files: changed.training('  file: data/flights.parquet\n', '') },
    { files: changed.training('data/flights.parquet', '../flights.parquet') },
    { files: changed.training('data/flights.parquet', 'data/flights.json') },
    { files: changed.training('file: data/flights.parquet', 'postgres: { query: select 1, connection: { secretRef: {} } }') },
  ],
  'time-zone': [{ files: changed.training('createdTime: recorded_at', 'timeZone: America/New_Yrk') }],
  'source-column': [
    { files: changed.training('eventTime: sched_dep', 'eventTime: sched_dp') },
    { files: changed.training('eventTime: sched_dep', 'eventTime: origin') },
  ],
  'time-column': [
    { files: changed.training('eventTime: sched_dep', 'createdTime: sched_dep') },
    { files: changed.training('eventTime: sched_dep', 'eventTime: sched_dep\n  rowKey:\n    - origin') },
  ],
  'volume-bounds': [{ files: changed.training('minRows: 60', 'minRows: 60, maxRows: 59') }],
  'positive-duration': [
    { files: changed.training('ttl: 3h', 'ttl: 0s') },
    { files: changed.training('refresh: 15m', 'refresh: 0s') },
    { files: changed.training('window: 6h', 'window: 0h') },
  ],
  'source-or-sources': [{ files: changed.training('  source: weather_hourly\n', '') }],
  'transform-source': [{ files: changed.training('{{ source }}', '{{ sorce }}') }],
  'view-empty': [
    {
      files: {
        'x.yaml': edit(
          edit(viewsExample, /  aggregations:[^]*?(?=  online)/, ''),
          '  features:\n    - { name: wind_speed, dtype: float32, unit: mph }\n',
          '',
        ),
      },
    },
  ],
  'aggregation-column': [
    { files: changed.training('function: max', 'function: sum, dtype: int64') },
    { files: changed.training('function: max', 'function: max, quantile: 0.5') },
    { files: changed.training('column: wind_speed, function: max', 'function: max') },
  ],
  'refresh-or-exact': [{ files: changed.training('lag: 1m', 'lag: 1m, freshness: exact') }],
  'pushed-aggregation': [{ files: { 'x.yaml': edit(viewsExample, '{ refresh: 15m, lag: 1m }', '{ freshness: exact }') } }],
  'timestamp-feature': [
    {
      files: changed.training(
        /(    - \{ name: wind_speed, dtype: float32, unit: mph \}\n)(  aggregations:[^]*?        - wind_max_6h\n)/,
        '$1    - { name: observed_at, dtype: timestamp }\n$2        - observed_at\n',
      ),
    },
  ],
  'unit-test': [
    { files: changed.training('wind_max_6h: 10 }', 'wind_max_6h: ten }') },
    { files: changed.training(', wind_max_6h: 10 }', ' }') },
  ],
  'behaviour-test': [
    { files: behaviour('more wind delays', 'small enough for git') },
    { files: behaviour('decision: false', 'label: late') },
    { files: behaviour('size: { atMost: 1Mi }', 'size: { atMost: 1Mi }\n      range: { min: 0.1 }') },
    { files: behaviour(', validation: 14d, test: 14d }', ' }') },
  ],
  'test-feature': [
    { files: behaviour('feature: wind_speed', 'feature: wind_spede') },
    { files: behaviour('distance: 200', 'distance: far') },
    { files: behaviour('dest_weather__wind_speed: 3', 'dest_weather__wind_speed: calm') },
    { files: behaviour('distance: 200, ', '') },
  ],
  'test-cannot-fail': [{ files: behaviour('tolerance: 0.2', 'tolerance: 1') }, { files: behaviour('add: 20', 'add: 0') }],
  'expectation-name': [{ files: { 'x.yaml': edit(expectationExample, 'to_be_between', 'to_be_betwen') } }],
  'expectation-argument': [{ files: { 'x.yaml': edit(expectationExample, 'min_value', 'minvalue') } }],
  'expectation-column': [{ files: { 'x.yaml': edit(expectationExample, 'column: origin', 'column: orign') } }],
  'label-missing': [{ files: changed.training(/  label: .*\n/, '') }],
  metric: [
    { files: trainer('- roc_auc', '- roc_acu') },
    { files: trainer('- roc_auc', '- r2') },
    { files: gates('metric: roc_auc, atLeast', 'metric: roc_acu, atLeast') },
    { files: gates('metric: roc_auc, atLeast', 'metric: r2, atLeast') },
    { files: gates('artifact.sizeBytes < 10000000', 'metrics.r2.estimate > 0.1') },
  ],
  'command-missing': [{ files: trainer('    command: [python3, training/train.py]\n', '') }],
  'rule-shape': [
    { files: gates('{ tests: all }', '{ tests: all, expectations: all }') },
    { files: gates('{ tests: all }', '{ severity: warn }') },
    { files: gates('{ tests: all }', '{ tests: all, minGroup: 5 }') },
    { files: gates('atLeast: 0.6', 'atLeast: 0.6, noWorseThan: production') },
    { files: gates('atLeast: 0.6', 'judge: point') },
    { files: gates('atLeast: 0.6', 'atLeast: 0.6, margin: 0.01') },
    { files: gates('atLeast: 0.6', 'atLeast: 0.6, minGroup: 10') },
    { files: gates('metric: roc_auc, atLeast: 0.6', 'metric: roc_auc, ratioAtLeast: 0.6') },
    { files: gates('ratioAtLeast: 0.8', 'ratioAtLeast: 0.8, differenceAtMost: 0.1') },
  ],
  'rule-name': [
    { files: gates('{ tests: all }', '{ metric: roc_auc, atLeast: 0.7 }') },
    { files: gates('{ tests: all }', '{ name: small, tests: all }') },
    {
      files: gates(
        'metric: true_positive_rate, by: carrier, differenceAtMost',
        'metric: selection_rate, by: origin, ratioAtLeast',
      ),
    },
  ],
  'rule-direction': [
    { files: gates('atLeast: 0.6', 'atMost: 0.6') },
    { files: gates('metric: log_loss, betterThan', 'metric: selection_rate, betterThan') },
  ],
  'rule-cel': [
    { files: gates('artifact.sizeBytes < 10000000', 'artifact.sizeBytes <') },
    { files: gates('artifact.sizeBytes < 10000000', 'artifact.size < 10000000') },
    { files: gates('artifact.sizeBytes < 10000000', 'artifact.sizeBytes') },
  ],
  'fairness-attribute': [
    { files: gates('by: carrier, differenceAtMost', 'by: carier, differenceAtMost') },
    { files: gates('    - - carrier\n', '    - - carier\n') },
  ],
  'gate-column': [
    { files: gates('by: carrier, minGroup', 'by: carier, minGroup') },
    { files: gates('    - carrier\n    - origin\n', '    - carrier\n    - origin\n    - orign\n') },
  ],
  'gate-unused': [{ files: gates('  gates:\n    - tabular-quality\n', '') }],
  'waiver-target': [
    { files: gates('  gate: carrier-parity', '  gate: carrier-party') },
    { files: gates('ratio by carrier', 'ratio by carier') },
  ],
  'feature-clash': [{ files: changed.training('      as: dest_weather\n', '') }],
  'split-time': [
    { files: changed.training('until: 2013-06-01', 'until: 2013-06-31') },
    { files: changed.training('until: 2013-06-01', 'until: 2013-02-01') },
    { files: changed.training('until: 2013-06-01', 'until: 2012-02-01') },
  ],
  'view-column': [
    {
      files: {
        'x.yaml': edit(
          edit(viewsExample, /  transform:[^]*?(?=  features)/, ''),
          'name: wind_speed, dtype: float32, unit: mph }\n  aggr',
          'name: wind_speed, dtype: float64, unit: mph }\n  aggr',
        ),
      },
    },
    {
      files: {
        'x.yaml': edit(
          edit(viewsExample, /  transform:[^]*?(?=  features)/, ''),
          '  ttl: 3h',
          '  ttl: 3h\n  eventTime: observed',
        ),
      },
    },
  ],
  'view-time': [
    {
      files: {
        'x.yaml': edit(
          edit(
            viewsExample,
            '  source: weather_hourly',
            '  sources:\n    - weather_hourly\n    - airports\n  eventTime: observed_at',
          ),
          '{{ source }}',
          '{{ weather_hourly }}, {{ airports }}',
        )
          .replace('      given:\n        -', '      given:\n        weather_hourly:\n         -')
          .concat(`---\n${staticSource}`),
      },
    },
  ],
  'entity-key': [
    { files: changed.training('columns: { airport: origin }', 'columns: { airprt: origin }') },
    {
      files: changed.training(
        'features:\n    - { name: wind_speed',
        'features:\n    - { name: airport, dtype: string }\n    - { name: wind_speed',
      ),
    },
  ],
  'unit-test-row': [
    { files: changed.training('{ origin: JFK, obs', '{ orign: JFK, obs') },
    { files: changed.training('airport: JFK, at', 'at') },
    { files: changed.training('at: 2013-01-01T08:00:00Z, ', '') },
  ],
  'on-demand-syntax': [
    { files: onDemand('wind_speed > 25', 'wind_speed >') },
    { files: onDemand('wind_speed > 25', 'wind_speed = 25') },
  ],
  'on-demand-limit': [{ files: onDemand('wind_speed > 25', `wind_speed > 25${' || wind_speed > 25'.repeat(100)}`) }],
  'on-demand-name': [
    { files: onDemand('wind_speed > 25', 'wnd_speed > 25') },
    { files: onDemand('wind_speed > 25', 'now() > scheduled') },
    { files: onDemand('wind_speed > 25', 'miles_in_wind > 25.0') },
  ],
  'on-demand-type': [
    { files: onDemand('wind_speed > 25', 'wind_speed') },
    { files: onDemand('wind_speed > 25', 'wind_speed > true') },
  ],
  'on-demand-only': [
    { files: onDemand('    - scheduled\n', '    - distance\n    - scheduled\n    - distance\n') },
    { files: onDemand('- scheduled\n', '- sched\n    - scheduled\n') },
    { files: onDemand('  onDemandOnly:\n    - scheduled\n', '') },
  ],
  'version-views': [
    { files: changed.training('airport_weather\n      digest', 'airport_wether\n      digest') },
    { files: changed.training('{ kind: DataSource, name: weather_hourly }', '{ kind: DataSource, name: weather_daily }') },
    { files: changed.training(/ {2}definitions:\n(?: {4}.*\n)+/, '') },
    { files: changed.training('        online:\n          grid: { refresh: 15m, lag: 1m }\n', '') },
  ],
  'key-clash': [
    { files: changed.training(/(digest: .*\n +join: )\{ airport: dest \}/, '$1{ airport: wind_speed }') },
    { files: changed.training(/(digest: .*\n +join: )\{ airport: dest \}/, '$1{ airport: dest_weather__wind_speed }') },
  ],
  'unknown-feature': [{ files: changed.training('        - wind_max_6h\n', '        - wind_max_7h\n') }],
  'join-column': [
    { files: changed.training('join: { airport: dest }', 'join: { airport: dst }') },
    { files: changed.training('join: { airport: dest }', 'join: { airport: distance }') },
    { files: changed.training('      join: { airport: dest }\n', '') },
  ],
  'label-column': [
    { files: changed.training('knownAt: arrived_at', 'knownAt: arived_at') },
    { files: changed.training('predictAt: predict_at', 'predictAt: origin') },
    { files: changed.training('by: carrier', 'by: carier') },
    {
      files: changed.training(
        'name: distance, dtype: float32, unit: mi }\n    - { name: wind',
        'name: distance, dtype: string, unit: mi }\n    - { name: wind',
      ),
    },
  ],
  'data-file-missing': [{ files: changed.training(/$/, '\n'), options: { dataFiles: ['data/flights.parquet'] } }],
  'golden-row': [
    { files: changed.version('distance: 733, ', '') },
    { files: changed.version('distance: 733', 'distance: 733, extra: 1') },
  ],
  'missing-project': [{ files: { [project]: null } }, { files: { [project]: '# nothing\n' } }],
  'project-file': [
    { files: { 'x.yaml': edit(projectExample, 'flights', 'others') } },
    { files: { [project]: `${projectExample}---\n${edit(projectExample, 'flights', 'others')}` } },
  ],
  'duplicate-name': [{ files: { 'x.yaml': modelExample } }, { files: { [rollout]: `${canaryExample}---\n${canaryExample}` } }],
  'unresolved-reference': [
    { files: gates('    - tabular-quality\n', '    - tabular-quality\n    - tabular-qualty\n') },
    {
      files: {
        'x.yaml': edit(
          edit(versionExample, 'name: flight-delay-3', 'name: flight-delays-3'),
          'model: flight-delay',
          'model: flight-delays',
        ),
      },
    },
  ],
  'version-pending': [
    { files: changed.canary(/$/, '  fallback: { version: 1 }\n') },
    { files: changed.canary('version: 3', 'version: 4') },
    { files: changed.canary('version: 3', 'version: 4'), options: { mode: 'proposed' } },
  ],
  'version-behind': [
    { files: changed.model('threshold: 0.5', 'threshold: 0.4') },
    { files: changed.model('wind_speed: 0', 'wind_speed: 1') },
    { files: changed.training('ttl: 3h', 'ttl: 4h') },
    { files: changed.training('file: data/weather_hourly.parquet', 'file: data/weather.parquet') },
    { files: changed.training('        - wind_max_6h\n', '') },
  ],
  'unknown-environment': [{ files: changed.canary('production', 'producton') }],
  'artifact-missing': [{ files: {}, options: { artifacts: { [artifact]: null } } }],
  'artifact-mismatch': [
    { files: {}, options: { artifacts: { [artifact]: { sha256: '0'.repeat(64), sizeBytes: 128233 } } } },
    { files: {}, options: { artifacts: { [artifact]: { sha256, sizeBytes: 1 } } } },
  ],
  'artifact-too-large': [
    {
      files: changed.version('sizeBytes: 128233', 'sizeBytes: 2097152'),
      options: { artifacts: { [artifact]: { sha256, sizeBytes: 2097152 } } },
    },
  ],
  'model-without-rollout': [{ files: { [rollout]: null } }],
}

describe('every rule', () => {
  it('says what, why, and shows a right example', () => {
    expect(Object.keys(wrong).concat('reference-cycle', 'view-sql', 'waiver-expired', 'version-clash').sort()).toEqual(
      [...ruleIds].sort(),
    )
    for (const id of ruleIds) {
      expect(renderRule(id)).toContain(rules[id].why)
      expect(isRuleId(id)).toBe(true)
    }
    expect(isRuleId('toString')).toBe(false)
  })

  it.each(ruleIds)('%s: its right example validates', (id) => {
    const { example } = rules[id]
    expect(checkSingleFile(bytesOf(example), 'example.yaml').findings).toEqual([])
    const isWhole = example.includes('---')
    const places: readonly (readonly [string, string])[] = [
      ['kind: Project', project],
      ['kind: ModelVersion', version],
      ['kind: Model\n', model],
      ['kind: Rollout', rollout],
    ]
    const place = places.find(([text]) => example.includes(text))?.[1] ?? 'x.yaml'
    const files = isWhole && example.includes('kind: Model\n') ? { ...apart, 'x.yaml': example } : { [place]: example }
    expect(assembleWith(files).findings).toEqual([])
  })

  const cases = Object.entries(wrong).flatMap(([id, list]) => list.map((entry, index) => ({ id, index, ...entry })))
  it.each(cases)('$id: wrong example $index yields exactly this rule', ({ id, files, options }) => {
    const { findings } = assembleWith(files, options)
    expect([...new Set(findings.map(({ rule }) => rule))]).toEqual([id])
    for (const finding of findings) {
      expect(Object.keys(soundFiles).concat('x.yaml')).toContain(finding.file)
      expect(finding.line).toBeGreaterThan(0)
      expect(finding.column).toBeGreaterThan(0)
    }
  })

  it('reference-cycle: a circle between documents is found and told', () => {
    const parsed = parse(modelExample)
    const [document] = parsed.documents
    if (document === undefined) throw new Error('no document')
    const at = { line: 1, column: 1 }
    const make = (name: string, target: string) => ({
      ...document,
      name,
      metadata: { name },
      references: [{ kind: 'Model' as const, name: target, position: at }],
    })
    const files = [
      { path: 'mainward.yaml', parsed: parse(projectExample) },
      { path: 'a.yaml', parsed: { documents: [make('b', 'c'), make('a', 'b'), make('c', 'a')], findings: [] } },
    ]
    const { findings } = assembleCommit({ files, artifacts: new Map() }, { mode: 'reconciled' })
    const cycles = findings.filter(({ rule }) => rule === 'reference-cycle')
    expect(cycles.map(({ message }) => message)).toEqual(['expected no circle, found Model/a → Model/b → Model/c → Model/a'])
  })
})
