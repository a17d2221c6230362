/** Records as requests of a replay: the newest of a file, with what was read of views and computed beside what was sent. */
import { mkdtemp, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createControlClient } from '../../../reconciler/cli/client/control-client.ts'
import { openLiveRequests, readRequestsFile } from '../../../reconciler/cli/train/recorded-requests.ts'

const line = (number: number, model = 'flight-delay'): string => {
  return JSON.stringify({
    time: '2013-06-01T07:00:00Z',
    model,
    unit: `u${number}`,
    request_id: `r${number}`,
    row: { distance: number },
  })
}

async function fileOf(lines: readonly string[], name = 'records.jsonl'): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'mainward-records-')), name)
  const text = lines.join('\n')
  await writeFile(file, name.endsWith('.gz') ? gzipSync(text) : text)
  return file
}

const full = {
  time: '2013-06-01T07:00:00Z',
  model: 'flight-delay',
  row: { origin: 'EWR', dest: 'CLT', distance: 0 },
  features: [
    { view: 'weather', key: ['EWR'], status: 'PRESENT', values: { temp: 61.5, wind: null } },
    { view: 'weather', as: 'dest', key: ['CLT'], status: 'NOT_FOUND', values: { temp: null, readings: '0' } },
  ],
  on_demand: { read: { distance: null }, values: { far: true } },
}

describe('requests of a file', () => {
  it('are the newest of the model, in their order', async () => {
    const file = await fileOf([line(1), line(2, 'other'), line(3), line(4), line(5)], 'records.jsonl.gz')
    const units = async (last: number) => (await readRequestsFile(file, { model: 'flight-delay', last })).map(({ unit }) => unit)
    expect(await units(2)).toEqual(['u4', 'u5'])
    expect(await units(3)).toEqual(['u3', 'u4', 'u5'])
    expect(await units(4)).toEqual(['u1', 'u3', 'u4', 'u5'])
    expect(await units(100)).toEqual(['u1', 'u3', 'u4', 'u5'])
  })

  it('have what was read of views by the names of the model, and what was read before the null policy', async () => {
    const [request] = await readRequestsFile(await fileOf([JSON.stringify(full)]), { model: 'flight-delay', last: 10 })
    expect(request).toEqual({
      requestId: null,
      unit: null,
      fields: {
        origin: 'EWR',
        dest: 'CLT',
        distance: null,
        temp: 61.5,
        wind: null,
        dest__temp: null,
        dest__readings: '0',
        far: true,
      },
    })
  })

  it.each([
    ['{"model": "flight-delay"}', 'row: expected an object of features, found nothing'],
    ['{"row": {}}', 'model: expected a name, found nothing'],
    ['{"model": "flight-delay", "row": {}, "features": {}}', 'features: expected a list of views, found {}'],
    [
      '{"model": "flight-delay", "row": {}, "features": [{"view": "a"}]}',
      'features[0] values: expected an object, found nothing',
    ],
    ['{"model": "flight-delay", "row": {}, "on_demand": {"read": {}}}', 'on_demand: expected read and values, found {"read":{}}'],
    ['nothing', 'expected one JSON object'],
  ])('are refused with the place: %s', async (text, message) => {
    const file = await fileOf([line(1), text])
    await expect(readRequestsFile(file, { model: 'flight-delay', last: 10 })).rejects.toThrow(`${file}:2 ${message}`)
  })

  it('are not found where there is no file', async () => {
    await expect(readRequestsFile('/nowhere.jsonl', { model: 'flight-delay', last: 1 })).rejects.toMatchObject({
      code: 'usage',
    })
  })
})

describe('requests of a running reconciler', () => {
  it('are asked for by model and number', async () => {
    const asked: string[] = []
    const server = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.end(`${line(1)}\n${line(2)}\n`)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = server.address() as AddressInfo
      const address = { url: `http://127.0.0.1:${port}`, servingUrl: null, token: null, origin: 'the test' }
      const found: (string | null)[] = []
      const requests = openLiveRequests(createControlClient(address, fetch))
      expect(requests.name).toBe(address.url)
      for await (const { unit } of requests.newest({ model: 'flight-delay', last: 2 })) found.push(unit)
      expect(found).toEqual(['u1', 'u2'])
      expect(asked).toEqual(['/api/v1/records?model=flight-delay&last=2'])
    } finally {
      server.close()
    }
  })
})
