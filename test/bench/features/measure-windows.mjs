// A mean and a maximum over 30 days of one column, as the join builds them and as a person would write them, in one engine. Both
// hold the same rows: known by the label's time, with an event in the window. The results are compared.
import { openEngine } from '../../../dist/features/engine/open-engine.js'
import { buildJoin } from '../../../dist/features/join/build-join.js'
import { treeCpuUs } from '../process-tree.mjs'

const windowUs = 30n * 86_400_000_000n

function ours(name) {
  const window = {
    function: name,
    column: 'v',
    columnType: 'DOUBLE',
    windowUs,
    where: null,
    quantile: null,
    resultType: 'DOUBLE',
  }
  return buildJoin({
    labels: 'labels',
    keep: [],
    asOfUs: null,
    views: [
      {
        prefix: 'v',
        relation: 'rows',
        keys: [{ column: 'e', label: 'e' }],
        isStatic: false,
        isSparse: true,
        rowKey: [],
        ttlUs: null,
        grid: null,
        take: [{ type: 'window', as: 'value', window }],
      },
    ],
  })
}

/** What was added by a time less what had left by then: two running sums, two ASOF joins. */
const meanByHand = `
  WITH known AS (SELECT e, v, greatest(epoch_us(__event), epoch_us(__created)) AS a, epoch_us(__event) + ${windowUs} AS b FROM rows WHERE v IS NOT NULL),
  added AS (SELECT e, a AS x, sum(v) OVER w AS s, count(*) OVER w AS n FROM known WHERE a < b WINDOW w AS (PARTITION BY e ORDER BY a)),
  taken AS (SELECT e, b AS x, sum(v) OVER w AS s, count(*) OVER w AS n FROM known WHERE a < b WINDOW w AS (PARTITION BY e ORDER BY b)),
  times AS (SELECT __row, e, epoch_us(__at) AS t FROM labels)
  SELECT l.__row, CASE WHEN added.n > coalesce(taken.n, 0) THEN (added.s - coalesce(taken.s, 0)) / (added.n - coalesce(taken.n, 0)) END AS value
  FROM times l ASOF LEFT JOIN added ON l.e = added.e AND l.t >= added.x ASOF LEFT JOIN taken ON l.e = taken.e AND l.t >= taken.x
  ORDER BY l.__row`

/** Every row of the entity beside every label, and those in the window kept: with some dozens of rows an entity nothing simpler is faster. */
const maxByHand = `
  WITH known AS (SELECT e, v, greatest(epoch_us(__event), epoch_us(__created)) AS a, epoch_us(__event) + ${windowUs} AS b FROM rows),
  times AS (SELECT __row, e, epoch_us(__at) AS t FROM labels),
  found AS (SELECT l.__row, max(v) AS value FROM times l JOIN known f ON l.e = f.e AND l.t >= f.a AND l.t < f.b GROUP BY l.__row)
  SELECT times.__row, value FROM times LEFT JOIN found USING (__row) ORDER BY times.__row`

const statements = { 'mean by hand': meanByHand, mean: ours('mean'), 'max by hand': maxByHand, max: ours('max') }

async function load(engine, folder) {
  await engine.query(
    `CREATE TABLE rows AS SELECT file_row_number AS __row, entity_id AS e, event_timestamp::TIMESTAMP AS __event,
     created_timestamp::TIMESTAMP AS __created, activity_f0 AS v FROM read_parquet('${folder}/activity.parquet', file_row_number = true)`,
  )
  await engine.query(
    `CREATE TABLE labels AS SELECT row_id AS __row, entity_id AS e, event_timestamp::TIMESTAMP AS __at FROM '${folder}/labels.parquet'`,
  )
}

/** The sums of a person are rounded: they are the same to some digits. */
async function assertSame(engine, name) {
  const near = 'abs(o.value - h.value) <= 1e-6 * greatest(1, abs(h.value))'
  const [{ n, values }] = await engine.query(
    `SELECT count(*) FILTER ((o.value IS NULL) <> (h.value IS NULL) OR NOT ${near}) AS n, count(o.value) AS values
     FROM "${name}" o FULL JOIN "${name} by hand" h USING (__row)`,
  )
  if (n > 0n || values === 0n) throw new Error(`${name}: ${n} values differ, ${values} are there`)
}

/** By name of the statement, one `{ wallMs, cpuMs }` a run. */
export async function measureWindows(folder, runs) {
  const found = Object.fromEntries(Object.keys(statements).map((name) => [name, []]))
  const engine = await openEngine({ spillFolder: `${folder}/spill`, folders: [folder] })
  try {
    await load(engine, folder)
    for (let run = 0; run < runs; run += 1) {
      for (const [name, sql] of Object.entries(statements)) {
        const cpuUs = treeCpuUs(process.pid)
        const startedAt = performance.now()
        await engine.query(`CREATE TABLE "${name}" AS ${sql}`)
        const wallMs = performance.now() - startedAt
        found[name].push({ wallMs, cpuMs: (treeCpuUs(process.pid) - cpuUs) / 1000 })
      }
      for (const name of ['mean', 'max']) await assertSame(engine, name)
      await engine.query(Object.keys(statements).map((name) => `DROP TABLE "${name}"`).join('; ')) // prettier-ignore
    }
    return found
  } finally {
    await engine.close()
  }
}
