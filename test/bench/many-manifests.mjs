// A repository of 10,000 manifests among 50,000 files, as a team with thousands of models would generate them.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const products = 3333
export const manifests = 3 * products + 1
export const others = 40_000
const features = ['price', 'stock', 'season', 'discount', 'age']
const artifact = 'the same bytes for every model: only their digest counts here'
const sha256 = createHash('sha256').update(artifact).digest('hex')
const environment = { ...process.env, GIT_CONFIG_NOSYSTEM: '1', HOME: '/nonexistent' }

export function runGit(folder, args, input) {
  return execFileSync('git', args, { cwd: folder, env: environment, input, maxBuffer: 2 ** 30 })
}

const head = (kind, name) => `apiVersion: mainward.dev/v1alpha1\nkind: ${kind}\nmetadata:\n  name: ${name}\n`

function requestFeatures(product) {
  return features
    .map((name) => `    - { name: ${name}, dtype: float32, unit: "1", description: The ${name} of product ${product} }\n`)
    .join('')
}

const texts = {
  model: (product) =>
    `${head('Model', `model-${product}`)}  description: Demand of product ${product}\n  owner: team-${product % 40}\nspec:\n  task: regression\n  requestFeatures:\n${requestFeatures(product)}`,
  version: (product) =>
    `${head('ModelVersion', `model-${product}-1`)}spec:\n  model: model-${product}\n  version: 1\n  source: imported\n  artifact:\n    path: teams/shared/model.onnx\n    sha256: ${sha256}\n    sizeBytes: ${artifact.length}\n  signature:\n    inputs:\n      - name: input\n        datatype: FP32\n        shape:\n          - -1\n          - ${features.length}\n        features:\n${features.map((name) => `          - ${name}\n`).join('')}    outputs:\n      score: variable\n  requestFeatures:\n${requestFeatures(product)}`,
  rollout: (product, weight = 50) =>
    `${head('Rollout', `model-${product}`)}spec:\n  unit: customer_id\n  canary:\n    version: 1\n    steps:\n      - weight: 5\n        hold: 20s\n      - weight: ${weight}\n        hold: 1h\n      - weight: 100\n`,
}

function pathOf(kind, product) {
  return `teams/team-${product % 40}/products/p${Math.floor(product / 130)}/m${product}-${kind}.yaml`
}

/** A bare repository with one commit. */
export function createLargeRepository() {
  const folder = mkdtempSync(join(tmpdir(), 'mainward-bench-'))
  runGit(folder, ['init', '--quiet', '--bare', '--initial-branch=main'])
  const parts = ['commit refs/heads/main\ncommitter B <b@example.org> 1700000000 +0000\ndata 4\nMany\n']
  const add = (path, text) => parts.push(`M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`)
  add('mainward.yaml', `${head('Project', 'bench')}spec:\n  include:\n    - teams/**\n`)
  add('teams/shared/model.onnx', artifact)
  for (let product = 0; product < products; product += 1) {
    for (const [kind, text] of Object.entries(texts)) add(pathOf(kind, product), text(product))
  }
  for (let index = 0; index < others; index += 1) {
    add(`src/part-${index % 400}/file${index}.py`, `print(${index})\n# ${'x'.repeat(index % 200)}\n`)
  }
  runGit(folder, ['fast-import', '--quiet'], parts.join(''))
  return folder
}

/** A commit that changes one manifest. */
export function changeOne(folder, run) {
  const text = texts.rollout(1, 51 + (run % 40))
  const commit = `commit refs/heads/main\ncommitter B <b@example.org> ${1_700_000_100 + run} +0000\ndata 3\nOne\nfrom refs/heads/main^0\n`
  runGit(folder, ['fast-import', '--quiet'], `${commit}M 100644 inline ${pathOf('rollout', 1)}\ndata ${text.length}\n${text}\n`)
}

/** The ids of all manifests, one a line. */
export function manifestIds(folder) {
  const lines = runGit(folder, ['ls-tree', '-r', 'main', 'teams', 'mainward.yaml']).toString().trim().split('\n')
  return `${lines.filter((line) => line.endsWith('.yaml')).map((line) => line.split(/\s/)[2]).join('\n')}\n` // prettier-ignore
}
