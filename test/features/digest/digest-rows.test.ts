/** The digest of rows against one computed here from the values read back, in the real engine. */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestRows } from '../../../reconciler/features/digest/digest-rows.ts'
import type { Cell, Engine } from '../../../reconciler/features/engine/engine.ts'
import { openEngine } from '../../../reconciler/features/engine/open-engine.ts'

const folder = mkdtempSync(join(tmpdir(), 'mainward-digest-'))
let engine: Engine
beforeAll(async () => {
  engine = await openEngine({ spillFolder: folder, threads: 1 })
})
afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

const columns = [
  { name: 'i', type: 'BIGINT' },
  { name: 'd', type: 'DOUBLE' },
  { name: 's', type: 'VARCHAR' },
  { name: 'b', type: 'BOOLEAN' },
  { name: 't', type: 'TIMESTAMP' },
]

const many = `CREATE OR REPLACE TABLE many AS SELECT r AS __row, CASE WHEN r % 7 <> 0 THEN r * 977 - 5000 END AS i,
  CASE r % 9 WHEN 0 THEN NULL WHEN 1 THEN 'nan'::DOUBLE WHEN 2 THEN 'inf'::DOUBLE WHEN 3 THEN '-inf'::DOUBLE WHEN 4 THEN '-0.0'::DOUBLE
  ELSE r / 7.0::DOUBLE END AS d, CASE WHEN r % 5 <> 0 THEN repeat('é', (r % 11)::INTEGER) || r END AS s, CASE WHEN r % 3 <> 0 THEN r % 2 = 0 END AS b,
  CASE WHEN r % 4 <> 0 THEN make_timestamp(r * 1234567 - 1) END AS t FROM range(10000) AS n(r) ORDER BY r DESC`

/** A cell as 8 bytes, or 1, or as its text: written here value by value. */
function bytesOf(value: Cell, type: string): Buffer {
  if (type === 'VARCHAR') return Buffer.from(value === null ? '' : String(value), 'utf8')
  if (type === 'BOOLEAN') return Buffer.from([value === true ? 1 : 0])
  const bytes = Buffer.alloc(8)
  if (value === null) return bytes
  if (Number.isNaN(value)) return Buffer.from([0, 0, 0, 0, 0, 0, 0xf8, 0x7f])
  if (type === 'DOUBLE') bytes.writeDoubleLE(Number(value))
  else bytes.writeBigInt64LE(value as bigint)
  return bytes
}

function lengths(texts: readonly Buffer[]): Buffer {
  return Buffer.concat(
    texts.map(({ length }) => {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32LE(length)
      return bytes
    }),
  )
}

async function expectedDigest(): Promise<string> {
  const rows = await engine.query('SELECT * FROM many ORDER BY __row')
  const hash = createHash('sha256').update(`${JSON.stringify(columns.map(({ name, type }) => [name, type]))}\n`)
  for (const block of [rows.slice(0, 4096), rows.slice(4096, 8192), rows.slice(8192)]) {
    for (const { name, type } of columns) {
      const cells = block.map((row) => row[name] ?? null)
      const bytes = cells.map((cell) => bytesOf(cell, type))
      hash.update(Buffer.from(cells.map((cell) => (cell === null ? 0 : 1))))
      if (type === 'VARCHAR') hash.update(lengths(bytes))
      hash.update(Buffer.concat(bytes))
    }
  }
  return `sha256:${hash.digest('hex')}`
}

it('is that of the values read back', async () => {
  await engine.query(many)
  const expected = await expectedDigest()
  expect(await digestRows(engine, { relation: 'many', isOrdered: false }, columns)).toBe(expected)
  const wide = await openEngine({ spillFolder: folder, threads: 8 })
  try {
    await wide.query(many)
    expect(await digestRows(wide, { relation: 'many', isOrdered: false }, columns)).toBe(expected)
    // Stored in order, and as a Parquet file of other blocks: DuckDB hands rows out in other portions.
    const file = join(folder, 'many.parquet')
    await wide.query(`COPY (FROM many ORDER BY __row) TO '${file}' (FORMAT parquet, ROW_GROUP_SIZE 3000)`)
    await wide.query(`CREATE VIEW ordered AS SELECT * FROM '${file}'`)
    expect(await digestRows(wide, { relation: 'ordered', isOrdered: true }, columns)).toBe(expected)
  } finally {
    await wide.close()
  }
})

it('fails where rows do not come in their order', async () => {
  await engine.query(many)
  await expect(digestRows(engine, { relation: 'many', isOrdered: true }, columns)).rejects.toThrow('must come in their order')
})

describe('tells apart', () => {
  const digest = async (values: string, type: string): Promise<string> => {
    await engine.query(`CREATE OR REPLACE TABLE few AS SELECT col0::BIGINT AS __row, col1::${type} AS x FROM (VALUES ${values})`)
    return digestRows(engine, { relation: 'few', isOrdered: false }, [{ name: 'x', type }])
  }

  it('every special float', async () => {
    const all = ['NULL', "'nan'", "'inf'", "'-inf'", "'0'", "'-0.0'"].map((value) => `(0, ${value})`)
    const found = []
    for (const values of all) found.push(await digest(values, 'DOUBLE'))
    expect(new Set(found).size).toBe(all.length)
  })

  it('orders, an empty text and null, texts that look like two, and microseconds', async () => {
    expect(await digest("(0, 'a'), (1, 'b')", 'VARCHAR')).not.toBe(await digest("(0, 'b'), (1, 'a')", 'VARCHAR'))
    expect(await digest("(0, 'a'), (1, 'b')", 'VARCHAR')).toBe(await digest("(1, 'b'), (0, 'a')", 'VARCHAR'))
    expect(await digest("(0, '')", 'VARCHAR')).not.toBe(await digest('(0, NULL)', 'VARCHAR'))
    expect(await digest("(0, 'a,' || chr(10) || '1:b')", 'VARCHAR')).not.toBe(await digest("(0, 'a'), (1, 'b')", 'VARCHAR'))
    const time = (end: string): string => `(0, '2020-01-01 00:00:00.00000${end}')`
    expect(await digest(time('1'), 'TIMESTAMP')).not.toBe(await digest(time('2'), 'TIMESTAMP'))
  })
})
