import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readReplayRecords, type ReplayRecord } from '../../../reconciler/cli/replay/replay-records.ts'

const folder = mkdtempSync(join(tmpdir(), 'mainward-replay-'))

async function read(name: string, content: string | Buffer): Promise<readonly ReplayRecord[]> {
  const file = join(folder, name)
  writeFileSync(file, content)
  const records: ReplayRecord[] = []
  for await (const record of readReplayRecords(file)) records.push(record)
  return records
}

const line = '{"time":"2013-06-01T05:00:00Z","model":"flight-delay","unit":"U1","row":{"distance":200,"origin":null},"label":1}'

describe('records of a replay', () => {
  it.each([
    ['plain', 'a.jsonl', `${line}\n${line}\n`],
    ['gzip', 'b.jsonl.gz', gzipSync(`${line}\n${line}`)],
    ['with empty lines and CRLF', 'c.jsonl', `${line}\r\n\r\n${line}\r\n`],
  ])('are read %s', async (_, name, content) => {
    const records = await read(name, content)
    const expected = { timeMs: Date.UTC(2013, 5, 1, 5), model: 'flight-delay', unit: 'U1', row: { distance: 200, origin: null } }
    expect(records).toMatchObject([expected, expected])
    expect(records.at(-1)?.progress).toBeGreaterThan(0.98)
  })

  it('say how far in the file they are, though a small file is read at once', async () => {
    const records = await read('e.jsonl', `${line}\n`.repeat(4))
    expect(records.map(({ progress }) => progress)).toEqual([0.25, 0.5, 0.75, 1])
  })

  it('may have no unit, or a number as unit', async () => {
    const records = await read('d.jsonl', `${line.replace('"unit":"U1",', '')}\n${line.replace('"U1"', '17')}\n`)
    expect(records.map(({ unit }) => unit)).toEqual([null, '17'])
  })

  it.each([
    ['no JSON', '{', /:2 expected one JSON object: /],
    ['a list', '[]', /:2 expected one JSON object$/],
    ['no time', '{"model":"m","row":{}}', /:2 time: expected an ISO 8601 time, found nothing$/],
    ['no model', '{"time":"2013-06-01","row":{}}', /:2 model: expected a name, found nothing$/],
    ['a list as row', '{"time":"2013-06-01","model":"m","row":[1]}', /:2 row: expected an object of features, found \[1\]$/],
  ])('are refused with file and line: %s', async (_, bad, message) => {
    await expect(read('bad.jsonl', `${line}\n${bad}\n`)).rejects.toThrow(message)
  })

  it('name a file that does not exist', async () => {
    await expect(readReplayRecords(join(folder, 'none.jsonl')).next()).rejects.toThrow(/there is no file .*none\.jsonl/)
  })

  it('refuse a file that ends in gz and is none', async () => {
    await expect(read('not.jsonl.gz', line)).rejects.toThrow(
      /^expected a gzip file, found .*not\.jsonl\.gz: incorrect header check$/,
    )
  })
})
