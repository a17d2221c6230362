// Measures the reading of commits: 10,000 manifests among 50,000 files, against git itself in the same run.
// Run `npm run build` first, then `node test/bench/reconcile.bench.mjs [--runs 3]`.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import git from 'isomorphic-git'
import { createGitFiles } from '../../dist/git/git-files.js'
import { createSourceClient } from '../../dist/reconcile/source/source-client.js'
import { formatMs, median, renderTable } from './table.mjs'

const manifests = 10_000
const others = 40_000
const runs = Number(process.argv[process.argv.indexOf('--runs') + 1] || 3)
const environment = { ...process.env, GIT_CONFIG_NOSYSTEM: '1', HOME: '/nonexistent' }

function runGit(folder, args, input) {
  return execFileSync('git', args, { cwd: folder, env: environment, input, maxBuffer: 2 ** 30 })
}

/** A model of five inputs and its canary, as a team with thousands of them would generate. */
function modelText(index, weight = 50) {
  return index % 2 === 0
    ? `apiVersion: mainward.dev/v1alpha1\nkind: Model\nmetadata:\n  name: model-${index}\n  description: Demand of product ${index}\n  owner: team-${index % 40}\nspec:\n  task: regression\n  requestFeatures:\n${['price', 'stock', 'season', 'discount', 'age'].map((name) => `    - { name: ${name}, dtype: float32, unit: "1", description: The ${name} of product ${index} }\n`).join('')}  nulls:\n    default: model\n`
    : `apiVersion: mainward.dev/v1alpha1\nkind: Rollout\nmetadata:\n  name: model-${index - 1}\nspec:\n  unit: customer_id\n  canary:\n    version: 1\n    steps:\n      - weight: ${weight > 60 ? 10 : 5}\n        hold: 20s\n      - weight: ${weight}\n        hold: 1h\n      - weight: 100\n`
}

function manifestPath(index) {
  return `teams/team-${index % 40}/products/p${Math.floor(index / 400)}/m${index}.yaml`
}

function createRepository() {
  const folder = mkdtempSync(join(tmpdir(), 'mainward-bench-'))
  runGit(folder, ['init', '--quiet', '--bare', '--initial-branch=main'])
  const parts = ['commit refs/heads/main\ncommitter B <b@example.org> 1700000000 +0000\ndata 4\nMany\n']
  const add = (path, text) => parts.push(`M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`)
  add(
    'mainward.yaml',
    'apiVersion: mainward.dev/v1alpha1\nkind: Project\nmetadata:\n  name: bench\nspec:\n  include:\n    - teams/**\n',
  )
  for (let index = 0; index < manifests; index += 1) add(manifestPath(index), modelText(index))
  for (let index = 0; index < others; index += 1)
    add(`src/part-${index % 400}/file${index}.py`, `print(${index})\n# ${'x'.repeat(index % 200)}\n`)
  runGit(folder, ['fast-import', '--quiet'], parts.join(''))
  return folder
}

/** A commit that changes one manifest. */
function changeOne(folder, run) {
  const text = modelText(1, 51 + (run % 40))
  runGit(
    folder,
    ['fast-import', '--quiet'],
    `commit refs/heads/main\ncommitter B <b@example.org> ${1_700_000_100 + run} +0000\ndata 3\nOne\nfrom refs/heads/main^0\nM 100644 inline ${manifestPath(1)}\ndata ${text.length}\n${text}\n`,
  )
}

function blobIds(folder) {
  const lines = runGit(folder, ['ls-tree', '-r', 'main', 'teams', 'mainward.yaml']).toString().trim().split('\n')
  return lines.map((line) => line.split(/\s/)[2]).join('\n') + '\n'
}

async function timed(action) {
  const start = performance.now()
  await action()
  return performance.now() - start
}

/** Every tree of the commit by isomorphic-git, with one cache: the least that finds out what has changed without a memory. */
async function walkTrees(folder, commit) {
  const cache = {}
  const fs = createGitFiles()
  const walk = async (oid) => {
    const { tree } = await git.readTree({ fs, gitdir: folder, cache, oid })
    for (const entry of tree) if (entry.type === 'tree') await walk(entry.oid)
  }
  await walk(commit)
}

/** Proportional set size of a process and its children, in MiB. */
function pssMiB(pid) {
  const of = (one) => Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${one}/smaps_rollup`, 'utf8'))?.[1] ?? 0) / 1024
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean),
  )
  return of(pid) + children.reduce((sum, child) => sum + of(child), 0)
}

async function measureRun(run, folder, sums) {
  const cacheFolder = mkdtempSync(join(tmpdir(), 'mainward-bench-cache-'))
  const client = createSourceClient({ repository: folder, branch: 'main', path: '', token: null, cacheFolder })
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const ids = blobIds(folder)
  sums.catFile.push(await timed(() => runGit(folder, ['cat-file', '--batch'], ids)))
  delay.enable()
  const head = await client.fetchHead()
  sums.cold.push(await timed(() => client.readCommit(head)))
  sums.loop.push(delay.max / 1e6)
  delay.disable()
  sums.pss.push(pssMiB(process.pid))
  changeOne(folder, run)
  const next = runGit(folder, ['rev-parse', 'main']).toString().trim()
  sums.walk.push(await timed(() => walkTrees(folder, next)))
  delay.reset()
  delay.enable()
  const changed = await client.fetchHead()
  sums.change.push(await timed(() => client.readCommit(changed)))
  delay.disable()
  sums.loop.push(delay.max / 1e6)
  sums.unchanged.push(await timed(async () => client.readCommit(await client.fetchHead())))
  const reading = await client.readCommit(changed)
  await client.stop()
  const again = createSourceClient({ repository: folder, branch: 'main', path: '', token: null, cacheFolder })
  await again.fetchHead()
  sums.warm.push(await timed(() => again.readCommit(changed)))
  await again.stop()
  rmSync(cacheFolder, { recursive: true, force: true })
  return { resources: reading.resources.length, findings: reading.findings.length }
}

const folder = createRepository()
const sums = { catFile: [], cold: [], walk: [], change: [], unchanged: [], warm: [], loop: [], pss: [] }
let counts = null
for (let run = 0; run < runs; run += 1) counts = await measureRun(run, folder, sums)
rmSync(folder, { recursive: true, force: true })

const catFile = median(sums.catFile)
const walk = median(sums.walk)
const cold = median(sums.cold)
const change = median(sums.change)
const rows = [
  [
    'cold read + validate',
    formatMs(cold),
    `git cat-file --batch: ${formatMs(catFile)}`,
    `${(cold / catFile).toFixed(1)} x`,
    '<= 45 x',
  ],
  ['one file changed', formatMs(change), `tree walk by id: ${formatMs(walk)}`, `${(change / walk).toFixed(2)} x`, '<= 2 x'],
  ['unchanged commit', formatMs(median(sums.unchanged)), '', '', ''],
  ['cold process, parsed manifests on disk', formatMs(median(sums.warm)), '', '', ''],
  ['event loop of the control plane held', formatMs(Math.max(...sums.loop)), '', '', '<= 50 ms'],
  ['PSS of both processes after the cold read', `${median(sums.pss).toFixed(0)} MiB`, '', '', ''],
]
process.stdout.write(
  `${manifests} manifests among ${manifests + others} files, ${runs} runs: ${counts.resources} resources, ${counts.findings} findings\n\n`,
)
process.stdout.write(`${renderTable(['item', 'measured', 'floor', 'ratio', 'target'], rows)}\n`)
if (process.argv.includes('--json')) writeFileSync(process.argv[process.argv.indexOf('--json') + 1], JSON.stringify(sums))
