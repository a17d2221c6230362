// Measures what `mainward train` costs around a trainer that does nothing (training set, data checks, run, evaluation with 2,000 resamples against the
// version in production, files), and what it costs where nothing changed in a repository of 50 models. `npm run build` first; `--runs N`, usually 3.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { report, rowOf, runsOf } from './report.mjs'
import { formatMs, median } from './table.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const example = join(root, 'example-repo')
const own = join(root, 'test/cli/train/support/loan-approval')
const main = join(root, 'dist/main.js')
const runs = runsOf(3)
const models = 50
const name = 'loan-approval'
const folder = mkdtempSync(join(tmpdir(), 'mainward-train-bench-'))

function write(path, text) {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

function git(...args) {
  const identity = ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.org']
  execFileSync('git', [...identity, ...args], { cwd: folder, stdio: 'ignore' })
}

function mainward(...args) {
  const begun = performance.now()
  const output = execFileSync(process.execPath, [main, ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return { ms: performance.now() - begun, output }
}

function makeRepository() {
  const copy = (from, to) => {
    mkdirSync(dirname(join(folder, to)), { recursive: true })
    cpSync(from, join(folder, to))
  }
  for (const path of ['mainward.yaml', 'data/loans.parquet']) copy(join(example, path), path)
  copy(join(own, '1.onnx'), `models/${name}/versions/1.onnx`)
  copy(join(own, '1.yaml'), `models/${name}/versions/1.yaml`)
  copy(join(own, '1.onnx'), 'trainer/model.onnx')
  const sources = readFileSync(join(example, 'features/sources.yaml'), 'utf8').split(/^---\n/m)
  write(
    'features/sources.yaml',
    sources.find((text) => text.includes('name: loans\n')),
  )
  const model = readFileSync(join(own, 'model.yaml'), 'utf8').replace(
    '  training:\n',
    '  training:\n    command: [sh, trainer/train.sh]\n',
  )
  write(`models/${name}/model.yaml`, model)
  write('trainer/train.sh', 'cp trainer/model.onnx "$MAINWARD_OUTPUT/model.onnx"\n')
  writeRollout(name, 1)
  git('init', '--quiet', '--initial-branch=main')
  git('add', '--all')
  git('commit', '--quiet', '--message', 'Begin')
}

function writeRollout(model, version) {
  const spec = `spec:\n  unit: application_id\n  canary:\n    version: ${version}\n    steps:\n      - { weight: 100 }\n`
  write(`rollouts/${model}.yaml`, `apiVersion: mainward.dev/v1alpha1\nkind: Rollout\nmetadata: { name: ${model} }\n${spec}`)
}

/** The same model under other names: its definitions and evidence do not depend on the name. */
function multiply() {
  for (let index = 2; index <= models; index += 1) {
    const other = `${name}-${index}`
    for (const path of ['model.yaml', 'versions/1.yaml', 'versions/2.yaml']) {
      write(`models/${other}/${path}`, readFileSync(join(folder, `models/${name}/${path}`), 'utf8').replaceAll(name, other))
    }
    for (const version of [1, 2]) {
      cpSync(join(folder, `models/${name}/versions/${version}.onnx`), join(folder, `models/${other}/versions/${version}.onnx`))
    }
    writeRollout(other, 2)
  }
}

function measureNothing() {
  const times = []
  for (let run = 0; run < runs; run += 1) {
    git('reset', '--quiet', '--hard')
    git('clean', '--quiet', '--force', '-d')
    times.push(mainward('train', name, '--force').ms)
  }
  return median(times)
}

function measureUnchanged() {
  const times = []
  for (let run = 0; run <= runs; run += 1) {
    const { ms, output } = mainward('train')
    if (output.split('nothing to train').length - 1 !== models) throw new Error(`expected nothing to train, found:\n${output}`)
    // The first one fills the cache of manifests.
    if (run > 0) times.push(ms)
  }
  return median(times)
}

try {
  makeRepository()
  mainward('train')
  const nothing = measureNothing()
  git('add', '--all')
  multiply()
  git('add', '--all')
  git('commit', '--quiet', '--message', 'Fifty')
  const unchanged = measureUnchanged()
  const start = median(Array.from({ length: runs }, () => mainward('--version').ms))
  report('train: 1,989 rows × 21 features, a shell script that copies a model file; 50 models of the same', [
    rowOf('around a trainer that does nothing', formatMs(nothing), { target: '≤ 3 s', met: nothing <= 3000 }),
    rowOf('nothing changed, 50 models', formatMs(unchanged), {
      floor: `${formatMs(start)} mainward --version`,
      target: '≤ 1 s',
      met: unchanged <= 1000,
    }),
  ])
} finally {
  rmSync(folder, { recursive: true, force: true })
}
