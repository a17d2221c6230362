/**
 * How far the intervals that the example's gate is judged by move with the seed of their resamples: twenty seeds, 2,000 resamples of days each. A bound or
 * margin that lies between the ends of two seeds would be decided by the seed.
 *
 *     npm run build && node scripts/example-thresholds.mjs
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { openDatasetRows } from '../dist/cli/train/dataset-rows.js'
import { evaluateModel } from '../dist/evaluation/evaluate-model.js'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const seeds = Array.from({ length: 20 }, (_, index) => index + 1)
const scratch = mkdtempSync(join(tmpdir(), 'mainward-thresholds-'))
const dataset = join(scratch, 'flights')

try {
  const out = ['dataset', 'flight-delay', '--path', join(root, 'example-repo'), '--out', dataset, '--state', scratch]
  execFileSync(process.execPath, [join(root, 'dist/main.js'), ...out], { stdio: 'ignore' })
  const first = readVersion('example-repo', 1)
  const second = readVersion('example-repo', 2)
  await show('version 1', first, null)
  await show('version 2', second, first)
  for (const branch of ['balanced-weights', 'old-data', 'drop-missing']) {
    await show(branch, readVersion(`example-branches/${branch}`, 3), second)
  }
} finally {
  rmSync(scratch, { recursive: true })
}

/** Least and greatest end over the seeds. */
async function show(name, candidate, production) {
  const found = []
  for (const seed of seeds) found.push(await measure(candidate, production, seed))
  const subjects = production === null ? ['candidate'] : ['candidate', 'difference-to-production']
  for (const of of subjects) {
    for (const metric of ['roc_auc', 'log_loss', 'ece']) {
      const all = found.map(({ measurements }) => measurements.find((each) => each.metric === metric && each.of === of))
      const ends = ['low', 'high'].map((end) => spread(all.map((each) => each[end])))
      console.log(`${name} | ${of} | ${metric} | ${all[0].estimate.toFixed(4)} | ${ends.join(' | ')}`)
    }
  }
}

function spread(values) {
  return `${Math.min(...values).toFixed(4)} to ${Math.max(...values).toFixed(4)}`
}

async function measure(candidate, production, seed) {
  const rows = await openDatasetRows({
    folder: dataset,
    part: 'test',
    side: [],
    resampleBy: { type: 'day' },
    weights: null,
    engine: { spillFolder: scratch },
  })
  try {
    const asked = {
      part: 'test',
      task: 'binary-classification',
      metrics: ['roc_auc', 'log_loss', 'ece'],
      slices: [],
      requests: [],
    }
    return await evaluateModel(
      {
        ...asked,
        candidate,
        production: production ?? { version: null, because: 'the first version' },
        baseline: { kind: 'prior', values: [0.2539] },
        positiveClass: null,
        classes: null,
        clustersBy: 'day',
        weights: null,
        confidence: 0.95,
        replicates: 2000,
        seed,
      },
      rows,
    )
  } finally {
    await rows.close()
  }
}

/** The signature alone: rows of a training set have every input by its name. */
function readVersion(folder, version) {
  const { spec } = parse(readFileSync(join(root, folder, `models/flight-delay/versions/${version}.yaml`), 'utf8'))
  const names = spec.signature.inputs[0].features
  const { columns } = JSON.parse(readFileSync(join(dataset, 'dataset.json'), 'utf8'))
  const requestFeatures = names.map((name) => ({ name, dtype: columns.find((column) => column.name === name).dtype }))
  const bytes = readFileSync(join(root, folder, spec.artifact.path))
  const layout = { signature: spec.signature, requestFeatures, onDemand: [], views: [], nulls: spec.nulls }
  return { bytes, layout, threshold: spec.decision.threshold, version, artifact: spec.artifact.sha256 }
}
