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
  ELSE r / 7.0::DOUBLE END AS d, CASE WHEN r % 5 <> 0 THEN 'é,' || r END AS s, CASE WHEN r % 3 <> 0 THEN r % 2 = 0 END AS b,
  CASE WHEN r % 4 <> 0 THEN make_timestamp(r * 1234567 - 1) END AS t FROM range(10000) AS n(r) ORDER BY r DESC`

function float(value: number): string {
  if (Object.is(value, -0)) return '-0.0'
  if (!Number.isFinite(value)) return String(value).toLowerCase().replace('infinity', 'inf')
  return Number.isInteger(value) ? `${value}.0` : String(value)
}

function text(value: Cell | undefined): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return float(value)
  if (typeof value === 'boolean') return value ? 't' : 'f'
  return typeof value === 'string' ? `${Buffer.byteLength(value)}:${value}` : String(value)
}

it('is that of the values read back', async () => {
  await engine.query(many)
  const rows = await engine.query('SELECT * FROM many ORDER BY __row')
  const lines = rows.map((row) => columns.map(({ name }) => `${text(row[name])},`).join('') + '\n')
  const hash = (content: string): string => createHash('sha256').update(content).digest('hex')
  const chunks = [lines.slice(0, 4096), lines.slice(4096, 8192), lines.slice(8192)].map((part) => hash(part.join('')))
  const head = JSON.stringify(columns.map(({ name, type }) => [name, type]))
  const expected = `sha256:${hash([head, ...chunks].map((line) => `${line}\n`).join(''))}`
  expect(await digestRows(engine, 'many', columns)).toBe(expected)
  const wide = await openEngine({ spillFolder: folder, threads: 8 })
  try {
    await wide.query(many)
    expect(await digestRows(wide, 'many', columns)).toBe(expected)
  } finally {
    await wide.close()
  }
})

describe('tells apart', () => {
  const digest = async (values: string, type: string): Promise<string> => {
    await engine.query(`CREATE OR REPLACE TABLE few AS SELECT col0::BIGINT AS __row, col1::${type} AS x FROM (VALUES ${values})`)
    return digestRows(engine, 'few', [{ name: 'x', type }])
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
