/** `mainward replay` as a real process against a server that answers as the two planes do. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { builtFile } from '../../reconciler/core/package-root.ts'

const folder = mkdtempSync(join(tmpdir(), 'mainward-replay-'))
let server: Server
let clocks: string[] = []
let predictions: { rows: unknown[]; units?: string[] }[] = []

beforeEach(async () => {
  clocks = []
  predictions = []
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (data: Buffer) => (body += data.toString()))
    request.on('end', () => {
      if (request.url === '/api/v1/status') return response.end('{"dataTime":null}')
      const json = JSON.parse(body) as { dataTime: string } & (typeof predictions)[number]
      response.setHeader('content-type', 'application/json')
      if (request.url === '/api/v1/clock') {
        clocks.push(`${json.dataTime} ${request.headers.authorization}`)
        return response.end('{}')
      }
      predictions.push(json)
      if (json.units?.[0] === 'bad') return response.writeHead(400).end('{"error":"no such feature"}')
      const canary = predictions.length % 4 === 0
      const prediction = { score: 0.5, version: canary ? 2 : 1, variant: canary ? 'canary' : 'stable' }
      return response.end(JSON.stringify({ model: 'm', predictions: [prediction] }))
    })
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  mkdirSync(join(folder, '.mainward'), { recursive: true })
  const control = { pid: 1, startedAt: '', serving: url, control: url, tokenFile: join(folder, '.mainward/token') }
  writeFileSync(join(folder, '.mainward/control.json'), JSON.stringify(control))
  writeFileSync(join(folder, '.mainward/token'), 'secret\n')
})
afterEach(() => server.close())

function writeRecords(name: string, units: readonly string[]): void {
  const start = Date.UTC(2013, 5, 1)
  const lines = units.map((unit, index) =>
    JSON.stringify({ time: new Date(start + index * 1000).toISOString(), model: 'm', unit, row: { x: index } }),
  )
  writeFileSync(join(folder, name), gzipSync(`${lines.join('\n')}\n`))
}

function run(args: readonly string[], onErrors: (text: string, interrupt: () => void) => void = () => undefined) {
  const child = spawn(process.execPath, [builtFile('main.js'), 'replay', ...args], { cwd: folder })
  let output = ''
  let errors = ''
  child.stdout.on('data', (data: Buffer) => (output += data.toString()))
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()))
  const watch = setInterval(() => onErrors(output + errors, () => child.kill('SIGINT')), 20)
  return new Promise<{ code: number | null; output: string; errors: string }>((resolve) => {
    child.once('close', (code) => {
      clearInterval(watch)
      resolve({ code, output, errors })
    })
  })
}

describe('mainward replay', () => {
  it('sends every record, moves the clock to the last, and counts by version', async () => {
    writeRecords(
      'a.jsonl.gz',
      Array.from({ length: 200 }, (_, index) => `u${index}`),
    )
    const { code, output, errors } = await run(['a.jsonl.gz'])
    expect([code, errors]).toEqual([0, ''])
    expect(output).toMatch(
      /^200 predictions in \d+\.\d s, \d+ a second, 0 failed\nlatency p50 .* ms, p90 .* ms, p99 .* ms, longest .* ms\n/,
    )
    expect(output).toMatch(/^m +1 +stable +150 +75\.0 %\nm +2 +canary +50 +25\.0 %$/m)
    expect(new Set(predictions.map(({ units }) => units?.[0])).size).toBe(200)
    expect(clocks[0]).toBe('2013-06-01T00:00:00.000Z Bearer secret')
    expect(clocks.at(-1)).toBe('2013-06-01T00:03:19.000Z Bearer secret')
  })

  it('keeps the pace, and ends at Ctrl-C with the summary so far', async () => {
    writeRecords(
      'b.jsonl.gz',
      Array.from({ length: 10_000 }, (_, index) => `u${index}`),
    )
    const { code, output } = await run(['b.jsonl.gz', '--speed', '100'], (_, interrupt) => {
      if (predictions.length >= 50) interrupt()
    })
    expect(code).toBe(0)
    const [sent = 0, seconds = 0] = (/^(\d+) predictions in (\d+\.\d) s/.exec(output) ?? []).slice(1).map(Number)
    expect(sent).toBe(predictions.length)
    expect(sent).toBeLessThan(10_000)
    expect(sent / seconds).toBeLessThan(150)
  })

  it('ends with 1 when a prediction failed, and says why', async () => {
    writeRecords('c.jsonl.gz', ['u1', 'bad', 'bad', 'u2'])
    const { code, output } = await run(['c.jsonl.gz', '--no-clock'])
    expect([code, clocks]).toEqual([1, []])
    expect(output).toMatch(/^ +2 {2}400 \{"error":"no such feature"\}$/m)
  })

  it.each([
    [['c.jsonl.gz', '--speed', '-1'], '--speed: expected a number of at least 0, found -1'],
    [['c.jsonl.gz', '--concurrency', 'many'], '--concurrency: expected a number of at least 1, found many'],
  ])('is used wrongly by %j', async (args, message) => {
    writeRecords('c.jsonl.gz', ['u1'])
    const { code, errors } = await run(args)
    expect([code, errors]).toEqual([2, `error: ${message}\n`])
  })

  it('names a file that is not there', async () => {
    const { code, errors } = await run(['none.jsonl'])
    expect([code, errors.split('\n')[0]]).toEqual([2, expect.stringMatching(/^error: there is no file .*none\.jsonl$/)])
  })
})
