// Measures from a commit to a plan: 10,000 manifests among 50,000 files, against git itself in the same run. This process
// does what the control plane does, and its event loop is watched. `npm run build` first; `--runs N`, usually 3.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import git from 'isomorphic-git'
import { createGitFiles } from '../../dist/git/git-files.js'
import { assembleDesired } from '../../dist/reconcile/assemble-desired.js'
import { nothingObserved } from '../../dist/reconcile/assume-applied.js'
import { planInTurns } from '../../dist/reconcile/plan-in-turns.js'
import { createSourceClient } from '../../dist/reconcile/source/source-client.js'
import { watchLoop } from '../support/loop-hold.mjs'
import { changeOne, createLargeRepository, manifestIds, manifests, others, products, runGit } from './many-manifests.mjs'
import { treePssMiB } from './process-tree.mjs'
import { report, rowOf, runsOf } from './report.mjs'
import { formatMs, median } from './table.mjs'

async function timed(action) {
  const start = performance.now()
  const value = await action()
  return { ms: performance.now() - start, value }
}

/** The longest hold of this event loop meanwhile. */
async function watched(action) {
  const loop = watchLoop()
  const outcome = await timed(action)
  return { ...outcome, heldMs: loop.stop() }
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

/** As a pass does it: the head, its reading, what it asks for, and the plan. */
async function readAndPlan(client) {
  const head = await client.fetchHead()
  const read = await timed(() => client.readCommit(head))
  const { resources, findings } = read.value
  if (findings.length > 0) throw new Error(`the repository is not valid: ${JSON.stringify(findings[0])}`)
  const planned = await timed(async () =>
    planInTurns(await assembleDesired({ commit: head, resources }, 'production'), nothingObserved, 0),
  )
  const transitions = planned.value.actions.filter(({ type }) => type === 'transition').length
  if (transitions !== products) throw new Error(`expected a transition of ${products} rollouts, found ${transitions}`)
  return { readMs: read.ms, planMs: planned.ms }
}

async function measureRun(run, folder, sums) {
  const cacheFolder = mkdtempSync(join(tmpdir(), 'mainward-bench-cache-'))
  const open = () => createSourceClient({ repository: folder, branch: 'main', path: '', token: null, cacheFolder })
  const client = open()
  const ids = manifestIds(folder)
  sums.catFile.push((await timed(() => runGit(folder, ['cat-file', '--batch'], ids))).ms)
  await client.fetchHead()
  const cold = await watched(() => readAndPlan(client))
  sums.cold.push(cold.ms)
  sums.plan.push(cold.value.planMs)
  sums.pss.push(treePssMiB(process.pid))
  changeOne(folder, run)
  const head = runGit(folder, ['rev-parse', 'main']).toString().trim()
  sums.walk.push((await timed(() => walkTrees(folder, head))).ms)
  const changed = await watched(() => readAndPlan(client))
  sums.change.push(changed.ms)
  sums.unchanged.push((await timed(async () => client.readCommit(await client.fetchHead()))).ms)
  sums.held.push(cold.heldMs, changed.heldMs)
  await client.stop()
  const again = open()
  await again.fetchHead()
  sums.warm.push((await timed(() => readAndPlan(again))).ms)
  await again.stop()
  rmSync(cacheFolder, { recursive: true, force: true })
}

const runs = runsOf(3)
const sums = { catFile: [], cold: [], plan: [], walk: [], change: [], unchanged: [], warm: [], held: [], pss: [] }
const folder = createLargeRepository()
try {
  for (let run = 0; run < runs; run += 1) await measureRun(run, folder, sums)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

const [catFile, walk, cold, change] = [sums.catFile, sums.walk, sums.cold, sums.change].map(median)
const heldMs = Math.max(...sums.held)
const unchanged = median(sums.unchanged)
report(`reconcile: ${manifests} manifests among ${manifests + others + 1} files, ${runs} runs`, [
  rowOf('cold: read, validate, plan', formatMs(cold), {
    floor: `git cat-file --batch: ${formatMs(catFile)}`,
    ratio: `${(cold / catFile).toFixed(1)} x`,
    target: '<= 45 x',
    met: cold <= 45 * catFile,
  }),
  rowOf('  of which desired state and plan', formatMs(median(sums.plan))),
  rowOf('one file changed: read, validate, plan', formatMs(change), {
    floor: `tree walk by id: ${formatMs(walk)}`,
    ratio: `${(change / walk).toFixed(2)} x`,
    target: '<= 2 x',
    met: change <= 2 * walk,
  }),
  rowOf('unchanged commit', formatMs(unchanged), { target: '<= 20 ms', met: unchanged <= 20 }),
  rowOf('new process, parsed manifests on disk', formatMs(median(sums.warm))),
  rowOf('event loop of the control plane held', formatMs(heldMs), { target: '<= 50 ms', met: heldMs <= 50 }),
  rowOf('PSS of control plane and source process', `${median(sums.pss).toFixed(0)} MiB`),
])
