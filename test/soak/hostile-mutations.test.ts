/**
 * Valid requests with bytes changed, cut out, doubled and swapped, for as long as it is let. `ATTACK_SEED` repeats a run,
 * `ATTACK_MINUTES` sets its length.
 */
import { expect, it } from 'vitest'
import { benchRow } from '../serving/support/bench-model.ts'
import { startAttackedServer, type AttackedServer } from '../serving/attack/support/attacked-server.ts'
import { inferPath, inferText, post, predictPath, request } from '../serving/attack/support/hostile-input.ts'
import { expectUnmoved } from '../serving/attack/support/judge.ts'
import { exchange } from '../serving/attack/support/raw-client.ts'
import { Watch } from '../serving/attack/support/watch.ts'

const seed = Number(process.env.ATTACK_SEED ?? Date.now() % 1_000_000)
const durationMs = Number(process.env.ATTACK_MINUTES ?? 60) * 60_000

const tensor = '{"inputs":[{"name":"input","datatype":"FP32","shape":[1,20],"parameters":{"binary_data_size":80}}]}'
const valid = [
  post(predictPath, JSON.stringify({ rows: [benchRow(0), benchRow(1)], units: ['a', 'b'] })),
  post(inferPath, inferText({})),
  post(inferPath, tensor + '\0'.repeat(80), [`Inference-Header-Content-Length: ${tensor.length}`]),
  post('/v2/repository/index', '{"ready":true}'),
  request('GET', '/v2/models/bench/versions/1'),
]
const pieces = [
  '[',
  '{',
  '"',
  '\\',
  '\0',
  '\r\n',
  'ff',
  '-1',
  '1e400',
  '__proto__',
  '%00',
  '\u00ff',
  'Transfer-Encoding: chunked\r\n',
]

/** Mulberry32: numbers from 0 to 1 that a seed repeats. */
function randomFrom(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

function mutate(bytes: Buffer, random: () => number): Buffer {
  const below = (count: number) => Math.floor(random() * count)
  const at = below(bytes.length)
  const piece = Buffer.from(pieces[below(pieces.length)] ?? '', 'latin1')
  switch (below(5)) {
    case 0:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from([below(256)]), bytes.subarray(at + 1)])
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + below(40))])
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(below(at + 1))])
    case 3:
      return bytes.subarray(0, at + 1)
    default:
      return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)])
  }
}

/** Returns the statuses that no client's bytes may cause. */
async function attackUntil(server: AttackedServer, end: number, random: () => number): Promise<readonly string[]> {
  const faults: string[] = []
  while (Date.now() < end) {
    let bytes = valid[Math.floor(random() * valid.length)] ?? Buffer.alloc(0)
    for (let count = 1 + Math.floor(random() * 4); count > 0; count--) bytes = mutate(bytes, random)
    const { answers, end: ending } = await exchange(server.port, [bytes], { halfClose: true, limitMs: 5000 })
    const [first] = answers
    const isClear = first === undefined ? ending !== 'open' : first.status !== 500 && first.status >= 200
    if (!isClear) faults.push(`${first?.status ?? ending}: ${JSON.stringify(bytes.toString('latin1'))}`)
  }
  return faults
}

it(`answers mutated requests for ${durationMs / 60_000} minutes (seed ${seed})`, async () => {
  const server = await startAttackedServer()
  const { watch, quiet } = await Watch.start(server)
  try {
    const random = randomFrom(seed)
    const end = Date.now() + durationMs
    const faults = await Promise.all(Array.from({ length: 8 }, () => attackUntil(server, end, random)))
    expect(faults.flat()).toEqual([])
    expectUnmoved(server, quiet, await watch.observe())
  } finally {
    await watch.stop()
    await server.stop()
  }
})
