// Measures what many models cost `mainward serve`: memory with ten small ones, and processor time of a request when a thousand
// versions have been served and fifty are loaded, against a server that knows one. `npm run build` first; `--runs N`, usually 7;
// `--seconds N` a visit, usually 3.
import { processTree, pssMiB } from './process-tree.mjs'
import { numberOf, report, runsOf } from './report.mjs'
import { releaseOf, startBenchDatabase } from './serving/bench-database.mjs'
import { inferPath, singleRows } from './serving/bench-requests.mjs'
import { measureLoad } from './serving/measure-load.mjs'
import { startMainward, verify, waitUntilRight } from './serving/peers.mjs'
import { compareCpu, compareRates, goalRow } from './serving/serving-rows.mjs'

const runs = runsOf(7)
const seconds = numberOf('--seconds', 3)
const models = 50
const versions = 20
/** Of 10^6 bytes. */
const goalMB = 200

const namesOf = (count) => Array.from({ length: count }, (_, index) => `model-${index}`)

async function start(database, environment) {
  const peer = await startMainward(database, environment, 1)
  return Object.assign(peer, { name: environment, answersRight: true, database })
}

/** The environment serves the version of every model, and each of them answers right. */
async function serve(database, peer, names, version) {
  await database.publish(peer.name, names.map((name) => releaseOf(name, version))) // prettier-ignore
  for (const name of names) await waitUntilRight(peer, singleRows(inferPath(name, version))[0])
}

/** Memory after every model has answered for a while, in MiB: of the largest process, and of all. */
async function measureMemory(database) {
  const peer = await start(database, 'ten')
  try {
    const names = namesOf(10)
    await serve(database, peer, names, 1)
    const requests = names.flatMap((name) => singleRows(inferPath(name)))
    await measureLoad(peer, { requests, connections: 16 }, seconds)
    const sizes = processTree(peer.pid).map(pssMiB)
    return { largest: Math.max(...sizes), all: sizes.reduce((sum, size) => sum + size, 0), processes: sizes.length }
  } finally {
    await peer.stop()
  }
}

function memoryRows({ largest, all, processes }) {
  const megabytes = (mebibytes) => (mebibytes * 2 ** 20) / 1e6
  const show = (goal) => `${goal} MB`
  return [
    goalRow('PSS of a serving process, 10 models', `${megabytes(largest).toFixed(0)} MB`, { value: megabytes(largest), atMost: goalMB, show }), // prettier-ignore
    goalRow(`  all ${processes} of its processes`, `${megabytes(all).toFixed(0)} MB`),
  ]
}

/** A server with one model, and one that has gone through every version of all. */
async function startKnowing(database, peers) {
  peers.one = await start(database, 'one')
  await serve(database, peers.one, namesOf(1), versions)
  peers.many = await start(database, 'many')
  for (let version = 1; version <= versions; version += 1) {
    process.stderr.write(`version ${version} of ${versions}\n`)
    await serve(database, peers.many, namesOf(models), version)
  }
}

/** The same requests to both: one model, by its name and by its version. The model was named last. */
async function measureRouting(peers) {
  const found = { 'one name': [], 'many name': [], 'one version': [], 'many version': [] }
  const paths = {
    one: { name: inferPath('model-0'), version: inferPath('model-0', versions) },
    many: { name: inferPath(`model-${models - 1}`), version: inferPath(`model-${models - 1}`, versions) },
  }
  for (const [name, { version }] of Object.entries(paths)) await verify(peers[name], singleRows(version).slice(0, 8))
  for (let run = 0; run < runs; run += 1) {
    process.stderr.write(`run ${run + 1} of ${runs}\n`)
    for (const by of ['name', 'version']) {
      for (const name of ['one', 'many']) {
        const load = { requests: singleRows(paths[name][by]), connections: 16 }
        found[`${name} ${by}`].push(await measureLoad(peers[name], load, seconds))
      }
    }
  }
  return found
}

function routingRows(found) {
  return ['name', 'version'].flatMap((by) => {
    const one = { name: '1 of 1', visits: found[`one ${by}`] }
    return [
      compareCpu(`CPU a request by ${by}, 50 of 1,000 versions`, found[`many ${by}`], one, { atMost: 1.1 }),
      compareRates('  requests/s', found[`many ${by}`], one),
    ]
  })
}

const database = await startBenchDatabase()
const peers = {}
try {
  const memory = await measureMemory(database)
  await startKnowing(database, peers)
  const found = await measureRouting(peers)
  const title = `serving many models: ${runs} runs of ${seconds} s, 1 row, 16 connections; ${models * versions} versions were served one after the other`
  report(title, [...memoryRows(memory), ...routingRows(found)])
} finally {
  for (const peer of Object.values(peers)) await peer.stop()
  await database.stop()
}
