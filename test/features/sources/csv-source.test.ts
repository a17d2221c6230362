/** CSV sources: what cells become, and each thing that can be wrong with a file. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FeatureDtype } from '../../../reconciler/core/feature-dtype.ts'
import { column, fileSource, micros, SourceLab } from './support/source-lab.ts'

let lab: SourceLab

beforeEach(() => {
  lab = new SourceLab()
})

afterEach(() => lab.close())

const one = (dtype: FeatureDtype, more: object = {}) =>
  fileSource({ pattern: 'a.csv', columns: [column('k', 'string'), column('v', dtype)], ...more })

async function failure(definition = one('int32')): Promise<string> {
  const thrown = await lab.prepare(definition).then(
    () => null,
    (error: unknown) => error,
  )
  expect(thrown).toMatchObject({ code: 'source-unusable', hint: expect.stringMatching(/./) as string })
  return (thrown as Error).message
}

describe('cells', () => {
  it('become values of the declared dtypes; empty is null, quoted empty is text', async () => {
    lab.write(
      'a.csv',
      '\ufeffk,b,i,l,f,d,t,unused\r\nx,true,-7,9223372036854775807,0.5,1e300,2013-06-01T12:00:00.000001Z,1\r\n"",,,,,,,\r\n,false,+1,-1,nan,-inf,2013-06-01 12:00:00+02:00,"a,\n""b"""\r\n',
    )
    const columns = [
      column('t', 'timestamp'),
      column('d', 'float64'),
      column('f', 'float32'),
      column('l', 'int64'),
      column('i', 'int32'),
      column('b', 'bool'),
      column('k', 'string'), // prettier-ignore
    ]
    const { cells, report } = await lab.prepare(fileSource({ pattern: 'a.csv', columns }))
    expect(await cells()).toEqual([
      [micros('2013-06-01T12:00:00Z') + 1n, 1e300, 0.5, 9223372036854775807n, -7, true, 'x'],
      [null, null, null, null, null, null, ''],
      [micros('2013-06-01T10:00:00Z'), -Infinity, NaN, -1n, 1, false, null],
    ])
    expect(report).toMatchObject({ files: 1, filesRead: 1, rows: 3n, firstEvent: null })
  })

  it('are found by the header of their own file; rows count over files in path order', async () => {
    lab.write('in/b.csv', 'v,k\n3,c\n')
    lab.write('in/a.csv', 'k,v\na,1\nb,2\n')
    const { rows } = await lab.prepare(one('int32', { pattern: 'in/*.csv' }))
    expect(await rows()).toEqual([
      { __row: 0n, k: 'a', v: 1 },
      { __row: 1n, k: 'b', v: 2 },
      { __row: 2n, k: 'c', v: 3 },
    ])
  })

  it('keep the order of a large file', async () => {
    lab.write('a.csv', `k,v\n${Array.from({ length: 200_000 }, (_, at) => `k${at},${at}\n`).join('')}`)
    const { engine, report } = await lab.prepare(one('int64'))
    expect(report.rows).toBe(200_000n)
    expect(await engine.query('select count(*) as n from "source:s" where "__row" <> v')).toEqual([{ n: 0n }])
  })

  it.each([
    ['int32', '1.5'],
    ['int32', '1e3'],
    ['int32', '2147483648'],
    ['int64', '9223372036854775808'],
    ['int32', 'x'],
    ['bool', 'maybe'],
    ['float64', '1,5'],
    ['timestamp', '2013-13-01T00:00:00Z'],
    ['timestamp', 'yesterday'],
    ['int64', '""'],
  ] as const)('of dtype %s refuse %s, with row and column', async (dtype, cell) => {
    // prettier-ignore
    const text = cell.includes(',') ? `"${cell}"` : cell
    lab.write('in/0.csv', `k,v\na,\nb,\n`)
    lab.write('in/1.csv', `k,v\na,\nb,${text}\nc,${text}\n`)
    expect(await failure(one(dtype, { pattern: 'in/*.csv' }))).toMatch(
      new RegExp(
        `^source s: row 1 of in/1.csv: column v: "${cell.replaceAll('"', '')}" is no (${dtype}|time) \\(2 rows like it\\)$`,
      ),
    )
  })
})

describe('a file', () => {
  it('without a column names those it has', async () => {
    lab.write('a.csv', 'k,V\n1,2\n')
    expect(await failure()).toBe('source s: a.csv has no column v; its header is k, V')
  })

  it('with two columns of one name', async () => {
    lab.write('a.csv', 'k,v,V\n1,2,3\n')
    expect(await failure()).toBe('source s: a.csv has two columns V')
  })

  it('with more or fewer cells names the line', async () => {
    lab.write('a.csv', 'k,v\na,1\nb,2,3\n')
    expect(await failure()).toBe('source s: expected 2 cells, found 3 in line 3 of a.csv')
    lab.write('a.csv', 'k,v\na,1\nb\n')
    expect(await failure()).toBe('source s: expected 2 cells, found 1 in line 3 of a.csv')
  })

  it('in another encoding', async () => {
    lab.write('a.csv', Buffer.from('k,v\nM\xfcnchen,1\n', 'latin1'))
    expect(await failure()).toBe('source s: line 2 of a.csv is not UTF-8')
    lab.write('a.csv', Buffer.from('\ufeffk,v\na,1\n', 'utf16le'))
    expect(await failure()).toBe('source s: a.csv is not UTF-8')
  })

  it('that is empty, or not there', async () => {
    lab.write('a.csv', '')
    expect(await failure()).toBe('source s: a.csv is empty, without a header')
    expect(await failure(one('int32', { pattern: 'b.csv' }))).toBe('source s: no file matches b.csv')
  })

  it('with a header alone has no rows', async () => {
    lab.write('a.csv', 'k,v\n')
    const { report, cells } = await lab.prepare(one('int32'))
    expect(report.rows).toBe(0n)
    expect(await cells()).toEqual([])
  })

  it('whose name and columns have quotes', async () => {
    lab.write(`it's.csv`, `"a ""b""",it's\n1,2\n`)
    const { cells } = await lab.prepare(
      fileSource({ pattern: `it's.csv`, columns: [column('a "b"', 'int32'), column(`it's`, 'int32')] }),
    )
    expect(await cells()).toEqual([[1, 2]])
  })
})

describe('times', () => {
  const timed = (timeZone: string | null) => one('timestamp', { eventTime: 'v', timeZone })

  it('without a zone are refused, with what to do', async () => {
    lab.write('a.csv', 'k,v\na,2013-06-01T12:00:00Z\nb,2013-06-01 12:00:00\n')
    expect(await failure(timed(null))).toBe('source s: row 1 of a.csv: column v: "2013-06-01 12:00:00" is a time without a zone')
  })

  it('are converted from their zone; an offset that is written counts', async () => {
    lab.write(
      'a.csv',
      'k,v\na,2013-01-15 12:00:00\nb,2013-07-15 12:00:00\nc,2013-07-15T12:00:00Z\nd,2013-07-15\ne,2013-03-10 03:00:00\nf,2013-11-03 00:59:59\ng,2013-11-03 02:00:00\n',
    )
    const { cells } = await lab.prepare(timed('America/New_York'))
    expect((await cells()).map(([, time]) => time)).toEqual(
      ['2013-01-15T17:00:00Z', '2013-07-15T16:00:00Z', '2013-07-15T12:00:00Z', '2013-07-15T04:00:00Z', '2013-03-10T07:00:00Z', '2013-11-03T04:59:59Z', '2013-11-03T07:00:00Z'].map(micros), // prettier-ignore
    )
  })

  it.each([
    ['Europe/Berlin', '2013-10-27 02:30:00', 'ambiguous'],
    ['Europe/Berlin', '2013-10-27 02:00:00', 'ambiguous'],
    ['Europe/Berlin', '2013-10-27 02:59:59.999999', 'ambiguous'],
    ['America/New_York', '2013-11-03 01:00:00', 'ambiguous'],
    ['Australia/Lord_Howe', '2013-04-07 01:45:00', 'ambiguous'],
    ['Europe/Berlin', '2013-03-31 02:00:00', 'does not exist'],
    ['Europe/Berlin', '2013-03-31 02:59:59', 'does not exist'],
    ['Australia/Lord_Howe', '2013-10-06 02:15:00', 'does not exist'],
    ['Pacific/Apia', '2011-12-30 12:00:00', 'does not exist'],
  ])('in %s: %s is %s', async (zone, time, what) => {
    lab.write('a.csv', `k,v\na,2013-01-01 00:00:00\nb,${time}\n`)
    expect(await failure(timed(zone))).toContain(
      `row 1 of a.csv: column v: "${time}" ${what.replace('ambiguous', 'is ambiguous')} in ${zone}`,
    )
  })

  it.each([
    ['Europe/Berlin', '2013-10-27 01:59:59.999999', '2013-10-26T23:59:59.999Z'],
    ['Europe/Berlin', '2013-10-27 03:00:00', '2013-10-27T02:00:00Z'],
    ['Europe/Berlin', '2013-03-31 01:59:59', '2013-03-31T00:59:59Z'],
    ['Europe/Berlin', '2013-03-31 03:00:00', '2013-03-31T01:00:00Z'],
    ['Australia/Lord_Howe', '2013-04-07 02:00:00', '2013-04-06T15:30:00Z'],
    ['UTC', '2013-03-31 02:30:00', '2013-03-31T02:30:00Z'],
  ])('in %s: %s is well', async (zone, time, utc) => {
    lab.write('a.csv', `k,v\na,${time}\n`)
    const { cells } = await lab.prepare(timed(zone))
    expect(Number(((await cells())[0]?.[1] as bigint) / 1000n)).toBe(Date.parse(utc))
  })

  it('that are null drop their row, those after the data clock stay; both are counted', async () => {
    lab.write('a.csv', 'k,v\na,2013-01-01T00:00:00Z\nb,\nc,2014-01-01T00:00:00Z\n')
    const { report, rows } = await lab.prepare(timed(null), { now: micros('2013-06-01T00:00:00Z') })
    expect(report).toEqual({
      source: 's', files: 1, filesRead: 1, rows: 2n, droppedNullEventTime: 1n, leftOutKnownLater: 0n, inFuture: 1n,
      firstEvent: micros('2013-01-01T00:00:00Z'), lastEvent: micros('2014-01-01T00:00:00Z'),
    }) // prettier-ignore
    expect((await rows()).map(({ k, __row }) => [k, __row])).toEqual([['a', 0n], ['c', 2n]]) // prettier-ignore
  })
})
