// Measures the evaluation of a million rows, by processor time: our point metrics against scikit-learn's in the same run, all metrics with intervals (1,000 resamples) and
// 20 slices against the same, and the whole of it through onnxruntime with 20 features, streamed, with the memory that it takes. `npm run build`
// first; the first run makes a Python environment. `--runs N`, usually 3; `--rows N`.
import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensurePython } from './evaluation/python.mjs'
import { processTree, pssMiB } from './process-tree.mjs'
import { numberOf, report, rowOf, runsOf } from './report.mjs'
import { formatMs, median } from './table.mjs'

const own = (path) => fileURLToPath(new URL(path, import.meta.url))
const { evaluateModel } = await import('../../dist/evaluation/evaluate-model.js')
const { seededRandom } = await import('../../dist/statistics/random/seeded-random.js')

const rows = numberOf('--rows', 1_000_000)
const runs = runsOf(3)
const batchRows = 65_536
const features = Array.from({ length: 20 }, (_, index) => `f${index}`)
const folder = mkdtempSync(join(tmpdir(), 'mainward-evaluation-'))

/** Probabilities as a model has them: of float32, many alike. */
function writeScores() {
  const random = seededRandom(7, 0)
  const uniform = () => random() / 2 ** 32
  const [truth, scores] = [new Uint8Array(rows), new Float64Array(rows)]
  for (let row = 0; row < rows; row += 1) {
    const score = Math.fround(Math.round(uniform() * uniform() * 1e5) / 1e5)
    scores[row] = score
    truth[row] = uniform() < score ? 1 : 0
  }
  writeFileSync(join(folder, 'truth.bin'), truth)
  writeFileSync(join(folder, 'scores.bin'), scores)
}

function runPython(python) {
  const output = execFileSync(python, [own('evaluation/point_metrics.py'), folder, '1'], { encoding: 'utf8' })
  return JSON.parse(output)
}

async function runOurs() {
  const child = fork(own('evaluation/measure-process.mjs'), [folder, '1'], { execArgv: [] })
  const [message] = await once(child, 'message')
  await once(child, 'exit')
  return message
}

function assertSame(ours, theirs) {
  for (const [metric, value] of Object.entries(theirs)) {
    if (Math.abs(ours[metric] - value) > 1e-9) throw new Error(`${metric}: ${ours[metric]} instead of ${value}`)
  }
}

/** Made as they are wanted: nothing of them stays. */
async function* makeBatches() {
  const random = seededRandom(8, 0)
  for (let first = 0; first < rows; first += batchRows) {
    const count = Math.min(batchRows, rows - first)
    const columns = features.map((name) => [name, Float32Array.from({ length: count }, () => random() / 2 ** 31 - 1)])
    const texts = Array.from({ length: count }, (_, row) => `s${(first + row) % 20}`)
    yield {
      rows: count,
      features: Object.fromEntries(columns),
      label: Int32Array.from({ length: count }, () => random() % 2),
      side: { slice: texts },
    }
  }
}

const request = {
  task: 'binary-classification',
  part: 'test',
  candidate: {
    bytes: readFileSync(own('../fixtures/bench-model/model.onnx')),
    layout: {
      signature: {
        inputs: [{ name: 'input', datatype: 'FP32', shape: [-1, 20], features }],
        outputs: { score: 'probabilities', positiveIndex: 1 },
      },
      requestFeatures: features.map((name) => ({ name, dtype: 'float32' })),
      nulls: { default: 'model' },
    },
    threshold: 0.5,
  },
  production: { version: null, because: 'a benchmark' },
  baseline: { kind: 'prior', values: [0.5] },
  positiveClass: null,
  classes: null,
  metrics: ['roc_auc', 'average_precision', 'log_loss', 'brier', 'f1', 'accuracy', 'ece'],
  slices: [{ by: 'slice', minGroup: null }],
  requests: [],
  clustersBy: null,
  weights: null,
  confidence: 0.95,
  replicates: 1000,
  seed: 7,
}

/** Time of scoring and of measuring, and the most memory that the evaluating process had. */
async function measureWhole() {
  let peakMiB = 0
  const sample = () => {
    const [child] = processTree(process.pid).slice(1)
    try {
      if (child !== undefined) peakMiB = Math.max(peakMiB, pssMiB(child))
    } catch (error) {
      if (error.code !== 'ENOENT' && error.code !== 'ESRCH') throw error
    }
  }
  const timer = setInterval(sample, 50)
  const started = performance.now()
  let scoredMs = 0
  const onProgress = () => (scoredMs = performance.now() - started)
  try {
    await evaluateModel(request, { features, batches: makeBatches }, { onProgress })
    return { scoredMs, wholeMs: performance.now() - started, peakMiB }
  } finally {
    clearInterval(timer)
  }
}

try {
  writeScores()
  const python = ensurePython()
  const [points, all, floor] = [[], [], []]
  for (let run = 0; run < runs; run += 1) {
    const theirs = runPython(python)
    const ours = await runOurs()
    assertSame(ours.points.values, theirs.values)
    floor.push(theirs)
    points.push(ours.points)
    all.push(ours.all)
  }
  const whole = await measureWhole()
  const middle = (found, of) => median(found.map((each) => each[of]))
  const compare = (item, found, goal) => {
    const ratio = median(found.map(({ cpuMs }, run) => cpuMs / floor[run].cpuMs))
    const waited = `${formatMs(middle(found, 'cpuMs'))} (${formatMs(middle(found, 'ms'))} by the clock)`
    return rowOf(item, waited, { floor: formatMs(middle(floor, 'cpuMs')), ratio: ratio.toFixed(2), target: `at most ${goal}`, met: ratio <= goal }) // prettier-ignore
  }
  report(
    `evaluation: ${rows} rows, ${runs} runs; processor time; the floor is scikit-learn's eleven point metrics, every value is compared`,
    [
      compare('11 point metrics', points, 1),
      compare('all with intervals (B = 1,000), 20 slices, baseline', all, 10),
      rowOf('20 features through onnxruntime, streamed: scored', formatMs(whole.scoredMs)),
      rowOf('  and measured, whole', formatMs(whole.wholeMs)),
      rowOf('  peak memory of the evaluating process', `${whole.peakMiB.toFixed(0)} MiB`, {
        target: 'at most 512 MiB',
        met: whole.peakMiB <= 512,
      }),
    ],
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
