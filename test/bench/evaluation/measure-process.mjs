// Measures a million scores as the evaluating process does, in a process of its own: points alone, and all with intervals and slices.
// Usage: measure-process.mjs FOLDER RUNS — sends one message a run.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const dist = fileURLToPath(new URL('../../../dist/', import.meta.url))
const { createBinarySample } = await import(`${dist}evaluation/measuring/binary-sample.js`)
const { measureRows } = await import(`${dist}evaluation/measuring/measure-rows.js`)

const [folder, runs] = process.argv.slice(2)
const numbers = (name) => new Float64Array(new Uint8Array(readFileSync(`${folder}/${name}`)).buffer)
const truth = Float64Array.from(new Uint8Array(readFileSync(`${folder}/truth.bin`)))
const scores = numbers('scores.bin')
const slices = 20
const codes = Uint32Array.from(truth, (_, row) => (row * 7919) % slices)
const metrics = ['roc_auc', 'average_precision', 'log_loss', 'brier', 'f1', 'accuracy', 'precision', 'recall', 'matthews_corrcoef', 'balanced_accuracy', 'ece'] // prettier-ignore

const scored = {
  rows: truth.length,
  truth,
  classes: ['0', '1'],
  candidate: scores,
  production: null,
  weights: null,
  clusters: null,
  columns: new Map([['slice', { levels: Array.from({ length: slices }, (_, index) => `s${index}`), codes }]]),
}

const request = {
  task: 'binary-classification',
  part: 'test',
  threshold: 0.5,
  production: { version: null, because: 'a benchmark' },
  baseline: { kind: 'prior', values: [0.3] },
  classes: null,
  metrics,
  slices: [{ by: 'slice', minGroup: null }],
  requests: [],
  clustersBy: null,
  weights: null,
  confidence: 0.95,
  replicates: 1000,
  seed: 7,
}

/** Of all threads of this process: what others do on the machine does not count. */
function stopwatch() {
  const [before, started] = [process.cpuUsage(), performance.now()]
  return () => {
    const { user, system } = process.cpuUsage(before)
    return { cpuMs: (user + system) / 1000, ms: performance.now() - started }
  }
}

function measurePoints() {
  const stop = stopwatch()
  const sample = createBinarySample({ truth, scores, weights: undefined, classes: 2, threshold: 0.5 })
  const values = Object.fromEntries(metrics.map((metric) => [metric, sample.estimate(metric)]))
  return { ...stop(), values }
}

function measureAll() {
  const stop = stopwatch()
  const { measurements } = measureRows(scored, request)
  return { ...stop(), count: measurements.length }
}

for (let run = 0; run < Number(runs); run += 1) process.send({ points: measurePoints(), all: measureAll() })
process.disconnect()
