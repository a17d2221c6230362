// Fills one view in a process of its own, which a test kills. Arguments: a file with the request, and the time of the grid.
import { readFileSync } from 'node:fs'
import { createOnlineRows } from '../../../../dist/cli/materialise/online-rows.js'
import { openPool } from '../../../../dist/database/pool.js'
import { materialiseViews } from '../../../../dist/features/materialise/materialise-views.js'
import { onlineView } from '../../../../dist/manifests/online-views.js'

const [file, grid] = process.argv.slice(2)
const { definitions, digest, database, epoch, file: data, spill, memoryLimitBytes } = JSON.parse(readFileSync(file, 'utf8'))
const byName = (list) => new Map(list.map((each) => [each.name, each]))
const materials = {
  entities: byName(definitions.entities),
  sources: byName(definitions.sources),
  views: byName(definitions.views),
}
const none = { read: () => Promise.reject(new Error('not expected')) }
const pool = openPool(database, { applicationName: 'fill process' })
const gridUs = BigInt(grid)
const [outcome] = await materialiseViews({
  materials,
  due: [{ view: onlineView(definitions.views[0], materials.entities, digest), gridUs }],
  ports: { files: { list: async (path) => [{ path, localPath: data }] }, queries: none, secrets: none },
  store: createOnlineRows({ pool, environment: 'dev' }, epoch),
  nowUs: gridUs,
  engine: { spillFolder: spill, memoryLimitBytes },
  pageRows: 500,
})
await pool.end()
if (outcome.type === 'failed') {
  process.stderr.write(`${outcome.error.code}: ${outcome.error.message}\n`)
  process.exit(1)
}
