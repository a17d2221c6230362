/** The rows of a dataset's part come as they lie in its Parquet files, batch by batch, with what stands beside them. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatasetRows, type DatasetRowsRequest } from '../../../reconciler/cli/train/dataset-rows.ts'
import type { RowBatch } from '../../../reconciler/evaluation/evaluation-rows.ts'
import { openEngine } from '../../../reconciler/features/engine/open-engine.ts'

const folder = mkdtempSync(join(tmpdir(), 'mainward-dataset-rows-'))
const count = 20_000
const engine = { spillFolder: folder }

const column = (name: string, dtype: string, role: string) => ({ name, dtype, role, from: null })

beforeAll(async () => {
  mkdirSync(join(folder, 'side'))
  writeFileSync(
    join(folder, 'dataset.json'),
    JSON.stringify({
      parts: [{ name: 'test', rows: count }],
      columns: [
        column('odd name', 'float64', 'feature'),
        column('small', 'float32', 'feature'),
        column('whole', 'int64', 'feature'),
        column('code', 'int32', 'request'),
        column('text', 'string', 'feature'),
        column('flag', 'bool', 'on-demand'),
        column('late', 'bool', 'label'),
      ],
      sideColumns: ['__source_row', '__predict_at', '__day', 'carrier', 'weight', 'level'],
    }),
  )
  const maker = await openEngine(engine)
  const rows = `
    select r, case when r % 7 <> 0 then r / 10.0 end::double as "odd name", (r / 3.0)::float as small, case when r % 5 <> 0 then r * 1000000000000 end as whole,
      case when r % 3 <> 0 then r::integer end as code, case when r % 4 <> 0 then 't' || r end as text, r % 2 = 0 as flag, r % 3 = 0 as late
    from range(${count}) t(r)`
  const side = `
    select r as __source_row, timestamp '2013-05-18 01:02:03' as __predict_at, date_trunc('day', timestamp '2013-05-18' + to_hours(r::integer))::timestamp as __day,
      case when r % 100 <> 0 then 'C' || r % 3 end as carrier, r % 9 + 0.5 as weight, (r % 2)::integer as level
    from range(${count}) t(r)`
  await maker.query(
    `copy (select * exclude (r) from (${rows}) order by r) to '${folder}/test.parquet' (format parquet, row_group_size 3000)`,
  )
  await maker.query(`copy (${side} order by r) to '${folder}/side/test.parquet' (format parquet)`)
  await maker.close()
})

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

const request: DatasetRowsRequest = {
  folder,
  part: 'test',
  side: ['carrier', 'level'],
  resampleBy: { type: 'day' },
  weights: 'weight',
  engine,
}

async function readAll(changes: Partial<DatasetRowsRequest> = {}): Promise<readonly RowBatch[]> {
  const rows = await openDatasetRows({ ...request, ...changes })
  const batches: RowBatch[] = []
  try {
    expect(rows.rows).toBe(count)
    expect(rows.features).toEqual(['odd name', 'small', 'whole', 'code', 'text', 'flag'])
    for await (const batch of rows.batches()) batches.push(batch)
  } finally {
    await rows.close()
  }
  return batches
}

describe('rows of a dataset', () => {
  it('come in order, in batches, with every value', async () => {
    const batches = await readAll()
    expect(batches.map(({ rows }) => rows)).toEqual([8192, 8192, 3616])
    let row = 0
    for (const { rows, features, label, side, clusters, weights } of batches) {
      for (let index = 0; index < rows; index += 1, row += 1) {
        const got = ['odd name', 'small', 'whole', 'code', 'text', 'flag'].map((name) => features[name]?.[index])
        const wanted = [
          row % 7 === 0 ? NaN : row / 10,
          Math.fround(row / 3),
          row % 5 === 0 ? null : BigInt(row) * 1_000_000_000_000n,
          row % 3 === 0 ? NaN : row,
          row % 4 === 0 ? null : `t${row}`,
          row % 2 === 0,
        ]
        if (!wanted.every((value, at) => Object.is(value, got[at]))) expect(got, `row ${row}`).toEqual(wanted)
        const beside = [label[index], side['carrier']?.[index], side['level']?.[index], clusters?.[index], weights?.[index]]
        const day = new Date(Date.UTC(2013, 4, 18, row)).toISOString().slice(0, 10)
        const known = [row % 3 === 0, row % 100 === 0 ? null : `C${row % 3}`, String(row % 2), `${day} 00:00:00`, (row % 9) + 0.5]
        if (!known.every((value, at) => value === beside[at])) expect(beside, `row ${row}`).toEqual(known)
      }
    }
    expect(row).toBe(count)
  })

  it('may be independent, of one weight, or belong together by a column', async () => {
    const [alone] = await readAll({ resampleBy: null, weights: null, side: [] })
    expect([alone?.clusters, alone?.weights, alone?.side]).toEqual([undefined, undefined, {}])
    const [together] = await readAll({ resampleBy: { type: 'column', column: 'level' } })
    expect(together?.clusters?.slice(0, 3)).toEqual(['0', '1', '0'])
  })

  it('are refused where the dataset has no such part or column, or is none', async () => {
    await expect(openDatasetRows({ ...request, part: 'validation' })).rejects.toMatchObject({
      code: 'invalid-input',
      message: `the dataset in ${folder} has no validation part`,
    })
    await expect(openDatasetRows({ ...request, side: ['race'] })).rejects.toThrow(
      'the dataset has no column "race" beside its rows',
    )
    await expect(openDatasetRows({ ...request, folder: join(folder, 'side') })).rejects.toMatchObject({ code: 'not-found' })
  })
})
