/** Attacks on a locked engine: what users' SQL could try, were it not refused before. */
import { mkdirSync, symlinkSync, writeFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '../../../reconciler/features/engine/engine.ts'
import { prepareEngines } from './support/test-engine.ts'

const engines = prepareEngines()
const at = (path: string): string => join(engines.folder, path)
let engine: Engine

beforeAll(async () => {
  mkdirSync(at('allowed'))
  mkdirSync(at('out'))
  writeFileSync(at('allowed/a.csv'), 'x\n1\n')
  writeFileSync(at('one.csv'), 'x\n2\n')
  writeFileSync(at('secret.csv'), 'x\n42\n')
  symlinkSync(at('secret.csv'), at('allowed/link.csv'))
  symlinkSync(at('one.csv'), at('link-to-one.csv'))
  engine = await engines.open({ files: [at('link-to-one.csv')], folders: [at('allowed'), at('out')] })
  await engine.lock()
})

afterAll(() => engines.close())

describe('a locked engine', () => {
  it('reads and writes what is allowed', async () => {
    expect(await engine.query(`select x from read_csv('${at('allowed/a.csv')}')`)).toEqual([{ x: 1n }])
    expect(await engine.query(`select x from read_csv('${at('one.csv')}')`)).toEqual([{ x: 2n }])
    await engine.query(`copy (select 1 as x) to '${at('out/new.parquet')}' (format parquet)`)
    expect(existsSync(at('out/new.parquet'))).toBe(true)
  })

  it.each([
    `from read_csv('${at('secret.csv')}')`,
    `from '${at('secret.csv')}'`,
    `from read_csv('${at('allowed/../secret.csv')}')`,
    `from read_csv('${at('allowed/link.csv')}')`,
    `from read_csv('${at('*/a.csv')}')`,
    `from read_text('/proc/self/environ')`,
    `from read_blob('/proc/self/maps')`,
    `from read_csv('/dev/stdin')`,
    `from glob('/etc/*')`,
    `from read_parquet('https://example.com/x.parquet')`,
    `copy (select 1) to '${at('stolen.csv')}'`,
    `copy (select 1) to '${at('out/../stolen.csv')}'`,
    `export database '${at('stolen')}'`,
    `attach '${at('stolen.db')}' as stolen`,
    `select getenv('PATH')`,
    'install httpfs',
    'load httpfs',
    `load '/tmp/x.duckdb_extension'`,
    'set threads = 1',
    `set memory_limit = '100GB'`,
    'reset memory_limit',
    'pragma threads = 4',
    'set enable_external_access = true',
    'set lock_configuration = false',
    `set timezone = 'Europe/Berlin'`,
    `set allowed_directories = ['/']`,
    `set temp_directory = '/tmp'`,
  ])('refuses %s', async (sql) => {
    await expect(engine.query(sql)).rejects.toMatchObject({ code: 'engine-failed' })
    expect(existsSync(at('stolen.csv')) || existsSync(at('stolen')) || existsSync(at('stolen.db'))).toBe(false)
  })
})

it('names an allowed path that is not there', async () => {
  await expect(engines.open({ files: [at('nothing.csv')] })).rejects.toMatchObject({ code: 'not-found' })
})
