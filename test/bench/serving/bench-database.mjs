// A real Postgres for `mainward serve`, and the serving states that it shall follow. Writes them as the control plane does.
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openArtifactStore } from '../../../dist/artifacts/artifact-store.js'
import { digestValue } from '../../../dist/core/digest.js'
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '../../../dist/database/embedded/start-embedded.js'
import { migrate } from '../../../dist/database/migrate.js'
import { openPool } from '../../../dist/database/pool.js'
import { writeServingState } from '../../../dist/database/serving-queries.js'
import { label, modelFile, probabilities, rows } from './bench-requests.mjs'

const bytes = readFileSync(modelFile)
const sha256 = createHash('sha256').update(bytes).digest('hex')
const features = rows[0].map((_, column) => `f${column}`)
const since = '2026-11-24T10:00:00.000Z'

/** One version of a model, as the reconciler resolves it. All have the same model file. */
export function releaseOf(model, version) {
  const release = {
    model,
    version,
    task: 'binary-classification',
    artifact: { path: 'model.onnx', sha256, sizeBytes: bytes.length, opset: 15 },
    signature: {
      inputs: [{ name: 'input', datatype: 'FP32', shape: [-1, features.length], features }],
      outputs: { score: 'probabilities', label: 'label', positiveIndex: 1 },
    },
    requestFeatures: features.map((name) => ({ name, dtype: 'float32' })),
    nulls: { default: 'model' },
    decision: { threshold: 0.5 },
    goldenRows: [
      {
        inputs: Object.fromEntries(features.map((name, column) => [name, rows[0][column]])),
        outputs: { probabilities: probabilities[0], label: label[0] },
      },
    ],
    serving: { budgetMs: 50 },
  }
  return { ...release, digest: digestValue(release) }
}

function routeOf({ model, digest }) {
  const arms = [{ name: 'stable', release: digest, weight: 100 }]
  return { model, strategy: 'canary', unit: null, seed: model, arms, defaultArm: 'stable', since }
}

/** Starts Postgres in a folder of its own, with the schema of this build. */
export async function startBenchDatabase() {
  const folder = mkdtempSync(join(tmpdir(), 'mainward-bench-serving-'))
  const postgres = await startEmbeddedPostgres({ stateFolder: folder, log: () => undefined })
  const pool = openPool(postgres.url, { applicationName: 'bench' })
  await migrate(pool)
  const artifactStore = `folder:${join(folder, 'artifacts')}`
  await openArtifactStore().put(artifactStore, sha256, bytes)
  let sequence = 0
  return {
    url: postgres.url,
    pid: postgres.pid,
    folder,
    /** From now on the environment serves these releases, each with all of its model's traffic, and the rows of these views. */
    async publish(environment, releases, featureViews = []) {
      const version = { epoch: 1, sequence: (sequence += 1) }
      const state = {
        formatVersion: 1,
        environment,
        version,
        commit: 'b'.repeat(40),
        writtenAt: since,
        dataTime: null,
        artifactStore,
        releases: Object.fromEntries(releases.map((release) => [release.digest, release])),
        routes: releases.map(routeOf),
        featureViews,
      }
      await writeServingState(pool, { state, routesVersion: version })
    },
    async stop() {
      await pool.end()
      await postgres.stop()
      await removeEmbeddedPostgres(folder)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
