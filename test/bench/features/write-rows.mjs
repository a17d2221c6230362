// Writes rows of a view as materialising does, 10,000 a transaction, in a process of its own: every entity again and again, each time with
// other values. Arguments: the database, the environment, rows, entities.
import { createOnlineRows } from '../../../dist/cli/materialise/online-rows.js'
import { beginEpoch } from '../../../dist/database/leader-queries.js'
import { openPool } from '../../../dist/database/pool.js'
import { onlineViews } from './online-data.mjs'

const [url, environment, rows, entities] = process.argv.slice(2)
const pageRows = 10_000
const pool = openPool(url, { applicationName: 'bench: writes' })
const store = createOnlineRows({ pool, environment }, await beginEpoch(pool, environment, 'bench', 60))
const [view] = onlineViews
const { id } = await store.ensure(view)
const asOfUs = BigInt(Date.now()) * 1000n
const startedAt = performance.now()
for (let from = 0; from < Number(rows); from += pageRows) {
  const key = (index) => `["${(from + index) % Number(entities)}"]`
  const lines = Array.from({ length: pageRows }, (_, index) => {
    const values = view.features.map((_, at) => Math.cos(from + index + at) * 100)
    return `${key(index)}\t${asOfUs}\t${asOfUs}\t${JSON.stringify(values)}\n`
  })
  await store.write(id, {
    lines: lines.join(''),
    isNewerOnly: false,
    gone: [],
    filling: { asOfUs, fingerprint: 'bench', isWhole: true, after: key(pageRows - 1) },
  })
}
process.send({ perSecond: Number(rows) / ((performance.now() - startedAt) / 1000) })
await pool.end()
process.disconnect()
