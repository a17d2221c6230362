/** What an engine keeps and gives back, and how its limits, cancelling and crashes look from outside. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { builtFile } from '../../../reconciler/core/package-root.ts'
import type { Cell } from '../../../reconciler/features/engine/engine.ts'
import { eventually } from '../../support/eventually.ts'
import { prepareEngines, type TestEngines } from './support/test-engine.ts'

let engines: TestEngines

beforeEach(() => {
  engines = prepareEngines(null)
})

afterEach(() => engines.close())

/** Processes of engines that this process, or `parent`, started. */
function engineProcesses(parent = process.pid): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const state = readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ')
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        return Number(state[1]) === parent && state[0] !== 'Z' && command.includes('engine-process.js')
      } catch {
        return false
      }
    })
}

async function* batches(...all: readonly (readonly (readonly Cell[])[])[]): AsyncGenerator<readonly (readonly Cell[])[]> {
  for (const batch of all) yield await Promise.resolve(batch)
}

describe('answers', () => {
  it('keep every value exactly: 64 bits, microseconds, NaN, infinities, null', async () => {
    const engine = await engines.open()
    const rows = await engine.query(`
      select true b, 7::integer i, 9223372036854775807 l, 170141183460469231731687303715884105727::hugeint h,
             'nan'::double n, '-infinity'::float f, 0.1::double d, null x, 'ö''"' s,
             timestamp '2013-06-01 12:00:00.000001' t, timestamptz '2013-06-01 12:00:00+02' z`)
    expect(rows).toEqual([
      {
        b: true,
        i: 7,
        l: 9223372036854775807n,
        h: 170141183460469231731687303715884105727n,
        n: NaN,
        f: -Infinity,
        d: 0.1,
        x: null,
        s: `ö'"`,
        t: BigInt(Date.UTC(2013, 5, 1, 12)) * 1000n + 1n,
        z: BigInt(Date.UTC(2013, 5, 1, 10)) * 1000n,
      },
    ])
  })

  it('are those of the last statement', async () => {
    const engine = await engines.open()
    expect(await engine.query('create table a (x integer); insert into a values (3); select x from a')).toEqual([{ x: 3 }])
  })

  it('take parameters by position and type', async () => {
    const engine = await engines.open()
    const [row] = await engine.query('select typeof($1) a, typeof($2) b, typeof($3) c, typeof($4) d, $5 e', [
      1,
      1n,
      'x',
      true,
      null,
    ])
    expect(row).toEqual({ a: 'DOUBLE', b: 'BIGINT', c: 'VARCHAR', d: 'BOOLEAN', e: null })
  })

  it('refuse types that would be rounded, and two columns of one name', async () => {
    const engine = await engines.open()
    await expect(engine.query('select 1.5 x')).rejects.toMatchObject({ code: 'engine-failed', message: /column x .* Decimal/ })
    await expect(engine.query('select 1 x, 2 x')).rejects.toMatchObject({ message: 'the answer has two columns named x' })
    expect(await engine.query('select 1 x')).toEqual([{ x: 1 }])
  })

  it('are in UTC', async () => {
    const engine = await engines.open()
    expect(await engine.query(`select current_setting('TimeZone') z`)).toEqual([{ z: 'UTC' }])
  })

  it('come in the order of the calls', async () => {
    const engine = await engines.open()
    const order: number[] = []
    await Promise.all([1, 2, 3].map(async (n) => order.push(Number((await engine.query(`select ${n} n`))[0]?.['n']))))
    expect(order).toEqual([1, 2, 3])
  })

  it('carry what DuckDB said, with the position', async () => {
    const engine = await engines.open()
    await expect(engine.query('select nope from range(3)')).rejects.toMatchObject({
      code: 'engine-failed',
      message: /column "nope" not found[^]*LINE 1/,
    })
  })
})

describe('loading', () => {
  const columns = [
    { name: 'a "b"', type: 'BIGINT' },
    { name: 't', type: 'TIMESTAMP' },
    { name: 'd', type: 'DOUBLE' },
    { name: 's', type: 'VARCHAR' },
    { name: 'i', type: 'INTEGER' },
    { name: 'f', type: 'FLOAT' },
    { name: 'o', type: 'BOOLEAN' },
  ]

  it('keeps order and values', async () => {
    const engine = await engines.open()
    const rows = [
      [-9223372036854775808n, 1n, NaN, 'ä\0\n', -2147483648, Infinity, true],
      [null, null, null, null, null, null, null],
      [5n, -1n, -0, '', 2147483647, 0.5, false],
    ]
    await engine.load('x "y"', columns, batches(rows.slice(0, 2), [], rows.slice(2)))
    const found = await engine.query('select * from "x ""y"""')
    expect(found.map((row) => Object.values(row))).toEqual(rows)
  })

  it('refuses a value of another type, and leaves no table', async () => {
    const engine = await engines.open()
    const good = [1n, 1n, 1, 's', 1, 1, true]
    for (const [at, wrong] of [
      [0, 1],
      [0, 2n ** 63n],
      [1, 'x'],
      [4, 1.5],
      [4, 2 ** 31],
      [6, 1],
    ] as const) {
      const bad = good.map((value, index) => (index === at ? wrong : value))
      await expect(engine.load('t', columns, batches([good], [good, bad]))).rejects.toMatchObject({ code: 'engine-failed' })
    }
    await expect(engine.query('from t')).rejects.toThrow(/does not exist/)
    await engine.load('t', columns, batches([good]))
    expect(await engine.query('select count(*) n from t')).toEqual([{ n: 1n }])
  })

  it('passes on what the rows throw, and leaves no table', async () => {
    const engine = await engines.open()
    async function* broken(): AsyncGenerator<readonly (readonly Cell[])[]> {
      yield await Promise.resolve([[1n]])
      throw new Error('the source broke off')
    }
    await expect(engine.load('t', [{ name: 'a', type: 'BIGINT' }], broken())).rejects.toThrow('the source broke off')
    await expect(engine.query('from t')).rejects.toThrow(/does not exist/)
  })
})

describe('limits', () => {
  async function expectEnded(sql: string, options: object, message: RegExp): Promise<void> {
    const engine = await engines.open(options)
    await expect(engine.query(sql)).rejects.toMatchObject({ code: 'engine-limit', message })
    await expect(engine.query('select 1')).rejects.toMatchObject({ code: 'engine-limit', message })
    await eventually(() => expect(readdirSync(engines.spillFolder)).toEqual([]))
    expect(engineProcesses()).toEqual([])
  }

  const small = { memoryLimitBytes: 200_000_000, spillLimitBytes: 50_000_000 }

  it('end a statement that never ends', () =>
    expectEnded(
      'with recursive r(n) as (select 1 union all select n + 1 from r) select max(n) from r',
      { timeLimitMs: 3000 },
      /longer than 3000 ms/,
    ))

  it('end what needs more memory than DuckDB may take', () =>
    expectEnded('select len(list(range)) n from range(300000000)', small, /more memory/))

  it('end what takes memory that DuckDB does not count', () =>
    expectEnded(`select length(repeat('x', 3000000000)) n`, small, /more memory/))

  it('end what spills too much', () =>
    expectEnded(
      `create table t as select range r, hash(range) || 'x' h from range(30000000) order by h`,
      small,
      /spilled more to disk/,
    ))

  it('end an answer that is too large, in rows and in one text', async () => {
    await expectEnded('select * from range(1000000)', { resultLimitBytes: 1_000_000 }, /larger than 1000000 bytes/)
    await expectEnded(`select repeat('x', 2000000) x`, { resultLimitBytes: 1_000_000 }, /larger than 1000000 bytes/)
  })

  it('let a sort spill that fits on disk', async () => {
    const engine = await engines.open({ memoryLimitBytes: 100_000_000 })
    await engine.query(`create table t as select range r, repeat('x', 50) || hash(range) h from range(3000000)`)
    expect(readdirSync(engines.spillFolder)).toHaveLength(1)
    expect(await engine.query('select r from t order by h desc limit 1')).toHaveLength(1)
  })
})

describe('an end', () => {
  const forever = 'with recursive r(n) as (select 1 union all select n + 1 from r) select max(n) from r'

  it('by a signal kills the process in the middle', async () => {
    const abort = new AbortController()
    const engine = await engines.open({ signal: abort.signal })
    const running = engine.query(forever)
    setTimeout(() => abort.abort(), 200)
    await expect(running).rejects.toMatchObject({ code: 'cancelled' })
    await eventually(() => expect(engineProcesses()).toEqual([]))
    await eventually(() => expect(readdirSync(engines.spillFolder)).toEqual([]))
  })

  it('before the start starts nothing', async () => {
    await expect(engines.open({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' })
    expect(engineProcesses()).toEqual([])
  })

  it('by close in the middle fails what runs, and can be repeated', async () => {
    const engine = await engines.open()
    const running = engine.query(forever)
    const failed = expect(running).rejects.toMatchObject({ code: 'cancelled' })
    await engine.close()
    await engine.close()
    await failed
    expect(engineProcesses()).toEqual([])
    expect(readdirSync(engines.spillFolder)).toEqual([])
  })

  it('by a crash is an error of the statement, and ends nothing of ours', async () => {
    const engine = await engines.open()
    const [pid] = engineProcesses()
    const running = engine.query(forever)
    setTimeout(() => process.kill(pid ?? 0, 'SIGABRT'), 200)
    await expect(running).rejects.toMatchObject({ code: 'engine-failed', message: /crashed \(SIGABRT\)/ })
    await eventually(() => expect(readdirSync(engines.spillFolder)).toEqual([]))
  })

  it('of the parent ends the process too, also in the middle of a statement', async () => {
    const script = join(engines.folder, 'parent.mjs')
    writeFileSync(
      script,
      `const { openEngine } = await import(${JSON.stringify(builtFile('features/engine/open-engine.js'))})
       const engine = await openEngine({ spillFolder: ${JSON.stringify(engines.spillFolder)} })
       engine.query(${JSON.stringify(forever)}).catch(() => null)
       process.stdout.write('ready')`,
    )
    const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise((resolve) => parent.stdout.once('data', resolve))
    const [pid] = engineProcesses(parent.pid)
    expect(pid).toBeGreaterThan(0)
    parent.kill('SIGKILL')
    await eventually(() => expect(existsSync(`/proc/${pid}`)).toBe(false))
    await eventually(() => expect(readdirSync(engines.spillFolder)).toEqual([]))
  })

  it('of a holder that left its folder is tidied up by the next engine', async () => {
    const left = join(engines.spillFolder, 'engine-4194303-abc')
    mkdirSync(left, { recursive: true })
    mkdirSync(join(engines.spillFolder, 'other'))
    await engines.open()
    expect(existsSync(left)).toBe(false)
    expect(existsSync(join(engines.spillFolder, 'other'))).toBe(true)
  })
})

it('tells how far a statement is', async () => {
  const shares: number[] = []
  const engine = await engines.open({ onProgress: (share) => shares.push(share) })
  await engine.query('create table t as select range x from range(400000)')
  await engine.query('select count(*) from t a join t b on a.x % 1000 = b.x % 1000 where hash(a.x, b.x) % 7 = 1')
  expect(shares.length).toBeGreaterThan(0)
  expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true)
})
