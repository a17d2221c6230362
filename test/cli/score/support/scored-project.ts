/** A project whose model reads a view, computes a feature on demand, and is sent the rest; and a data plane that serves its version. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readManifests } from '../../../../reconciler/cli/manifests/read-manifests.ts'
import { findScoredRelease } from '../../../../reconciler/cli/score/find-scored-release.ts'
import { packageRoot } from '../../../../reconciler/core/package-root.ts'
import type { Release } from '../../../../reconciler/core/release.ts'
import { assembleCommit } from '../../../../reconciler/manifests/assemble.ts'
import { benchExpected, benchFeatures } from '../../../serving/support/bench-model.ts'
import { runCommand } from '../../../support/run-command.ts'

/** f0 and f1 come from the view, f2 is computed, the others are sent. */
export const sentFeatures = benchFeatures.slice(3)

const viewText = `apiVersion: mainward.dev/v1alpha1
kind: Entity
metadata: { name: station }
spec: { keys: [ { name: station, dtype: string } ] }
---
apiVersion: mainward.dev/v1alpha1
kind: DataSource
metadata: { name: gauges }
spec:
  file: data/gauges.csv
  eventTime: observed_at
  columns:
    - { name: station, dtype: string }
    - { name: observed_at, dtype: timestamp }
    - { name: f0, dtype: float32 }
    - { name: f1, dtype: float32 }
---
apiVersion: mainward.dev/v1alpha1
kind: DataSource
metadata: { name: outcomes }
spec:
  file: data/outcomes.csv
  eventTime: at
  columns:
    - { name: at, dtype: timestamp }
    - { name: station, dtype: string }
    - { name: late, dtype: int32 }
${['half', ...sentFeatures].map((name) => `    - { name: ${name}, dtype: float32 }`).join('\n')}
---
apiVersion: mainward.dev/v1alpha1
kind: FeatureView
metadata: { name: readings }
spec:
  entities: [ { name: station } ]
  source: gauges
  features:
    - { name: f0, dtype: float32 }
    - { name: f1, dtype: float32 }
  online: { refresh: 1h, lag: 0s }
`

const modelText = `apiVersion: mainward.dev/v1alpha1
kind: Model
metadata: { name: bench }
spec:
  task: binary-classification
  features:
    - view: readings
      take:
        - f0
        - f1
  requestFeatures:
    - { name: half, dtype: float32 }
${sentFeatures.map((name) => `    - { name: ${name}, dtype: float32 }`).join('\n')}
  onDemand:
    - { name: f2, dtype: float32, cel: "half * 2.0" }
  onDemandOnly:
    - half
  nulls:
    default: model
    features: { f5: reject }
  decision: { threshold: 0.25 }
  label: { source: outcomes, column: late, predictAt: at }
`

export const gauges = [
  ['A', '2020-01-01T00:00:00Z', 0.5, -1.25],
  ['A', '2020-01-01T06:00:00Z', 1.5, null],
  ['B', '2020-01-01T00:00:00Z', -0.75, 0.125],
] as const

/** Rows of the model's fixture as a client would send them, with a key, a time and what the model does not know. */
export function scoredRow(index: number, station: string, at: string): Record<string, unknown> {
  const values = benchExpected.rows[index] ?? []
  const sent = Object.fromEntries(sentFeatures.map((name, column) => [name, values[column + 3] ?? null]))
  return { id: `row-${index}`, station, at, half: (values[2] ?? 0) / 2, ...sent }
}

/** Makes the project in an empty folder, with the fixture as version 1 of the model `bench`. */
export async function createScoredProject(folder: string): Promise<void> {
  await expectFine(folder, ['init', '--name', 'tests'])
  for (const inner of ['models', 'data']) mkdirSync(join(folder, inner), { recursive: true })
  writeFileSync(join(folder, 'models/views.yaml'), viewText)
  writeFileSync(join(folder, 'models/bench.yaml'), modelText)
  const lines = gauges.map((row) => row.map((value) => value ?? '').join(','))
  writeFileSync(join(folder, 'data/gauges.csv'), `station,observed_at,f0,f1\n${lines.join('\n')}\n`)
  const sample = [0, 1, 2].map((index) => {
    const values = benchExpected.rows[index] ?? []
    return { half: (values[2] ?? 0) / 2, ...Object.fromEntries(benchFeatures.map((name, column) => [name, values[column]])) }
  })
  writeFileSync(join(folder, 'sample.json'), JSON.stringify(sample))
  const onnx = join(packageRoot, 'test/fixtures/bench-model/model.onnx')
  await expectFine(folder, ['import', 'bench', '--onnx', onnx, '--sample', 'sample.json', '--unit', 'id'])
}

async function expectFine(folder: string, argv: readonly string[]): Promise<void> {
  const { code, errors } = await runCommand(folder, argv)
  if (code !== 0) throw new Error(`mainward ${argv.join(' ')}: ${errors}${(await runCommand(folder, ['validate'])).output}`)
}

export async function readScoredRelease(folder: string): Promise<Release> {
  const { resources } = assembleCommit((await readManifests(folder, null)).contents, { mode: 'proposed' })
  return findScoredRelease(resources, { model: 'bench', version: null, environment: 'production' })
}
