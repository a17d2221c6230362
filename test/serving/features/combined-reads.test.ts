/** Reads that share a round trip: each answer is what it would be alone, whoever else asked, and whatever fails beside it. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { MainwardError } from '../../../reconciler/core/error.ts'
import type { Digest } from '../../../reconciler/core/digest.ts'
import { combineReads, type CombineLimits } from '../../../reconciler/serving/features/combined-reads.ts'
import { FeaturesUnavailableError } from '../../../reconciler/serving/features/features-unavailable.ts'
import type { OnlineAnswer, OnlineRequest } from '../../../reconciler/serving/ports.ts'

const limits: CombineLimits = { atOnce: 2, enoughKeys: 4, mostKeys: 6, slowMs: 1000, giveUpMs: 1000 }

/** What a store would say: every third key has no row, and every definition a watermark of its own. */
function answer(requests: readonly OnlineRequest[]): readonly OnlineAnswer[] {
  return requests.map(({ digest, keys }) => ({
    watermarkUs: keys.length === 0 ? null : BigInt(digest.length),
    rows: keys.map((key) =>
      key.length % 3 === 0 ? null : { eventUs: 1n, computedAsOfUs: 2n, values: `["${digest}","${key}"]` },
    ),
  }))
}

/** A store that answers when it is told to. */
function openStore() {
  const asked: { readonly requests: readonly OnlineRequest[]; readonly end: (error?: Error) => void }[] = []
  const read = (requests: readonly OnlineRequest[]) =>
    new Promise<readonly OnlineAnswer[]>((resolve, reject) => {
      const end = (error?: Error) => {
        if (error === undefined) resolve(answer(requests))
        else reject(error)
      }
      asked.push({ requests, end })
    })
  return { asked, read }
}

const digestOf = (name: string) => name as Digest
const ask = (...keys: readonly string[]): readonly OnlineRequest[] => [{ digest: digestOf('view'), keys }]
const turn = () => new Promise((resolve) => setImmediate(resolve))

it('a lone request goes at once; what comes after it waits for its end and goes together', async () => {
  const { asked, read } = openStore()
  const combined = combineReads(read, limits)
  const found = [
    combined(ask('a')),
    combined(ask('b')),
    combined([{ digest: digestOf('other'), keys: ['c'] }]),
    combined(ask('d')),
  ]
  expect(asked.map(({ requests }) => requests)).toEqual([ask('a')])
  asked[0]?.end()
  await turn()
  expect(asked[1]?.requests).toEqual([
    { digest: 'view', keys: ['b', 'd'] },
    { digest: 'other', keys: ['c'] },
  ])
  asked[1]?.end()
  expect(await Promise.all(found)).toEqual([
    answer(ask('a')),
    answer(ask('b')),
    answer([{ digest: digestOf('other'), keys: ['c'] }]),
    answer(ask('d')),
  ])
})

it('goes beside another when there is enough of it, and never in more reads than may be under way', async () => {
  const { asked, read } = openStore()
  const combined = combineReads(read, limits)
  const found = [combined(ask('a')), combined(ask('b', 'c', 'd')), combined(ask('e')), combined(ask('f', 'g', 'h', 'i', 'j'))]
  expect(asked.map(({ requests }) => requests[0]?.keys)).toEqual([['a'], ['b', 'c', 'd', 'e']])
  asked[0]?.end()
  await turn()
  expect(asked[2]?.requests[0]?.keys).toEqual(['f', 'g', 'h', 'i', 'j'])
  for (const { end } of asked) end()
  await Promise.all(found)
})

it('does not wait for a read that is slow', async () => {
  const { asked, read } = openStore()
  const combined = combineReads(read, { ...limits, slowMs: 10 })
  const found = [combined(ask('a')), combined(ask('b'))]
  await new Promise((resolve) => setTimeout(resolve, 30))
  found.push(combined(ask('c')))
  expect(asked.map(({ requests }) => requests[0]?.keys)).toEqual([['a'], ['b', 'c']])
  for (const { end } of asked) end()
  await Promise.all(found)
})

it('one request that can not be read fails alone', async () => {
  const bad = new MainwardError('invalid-input', 'a key that the store refuses')
  const combined = combineReads(async (requests) => {
    await turn()
    if (requests.some(({ keys }) => keys.includes('bad'))) throw bad
    return answer(requests)
  }, limits)
  const found = await Promise.allSettled(['a', 'b', 'bad', 'c'].map((key) => combined(ask(key))))
  expect(found.map((one) => (one.status === 'fulfilled' ? one.value : (one.reason as unknown)))).toEqual([
    answer(ask('a')),
    answer(ask('b')),
    bad,
    answer(ask('c')),
  ])
})

it('a store that is away is asked once for all who wait', async () => {
  const away = new FeaturesUnavailableError('away')
  const { asked, read } = openStore()
  const combined = combineReads(read, limits)
  const found = ['a', 'b', 'c'].map((key) => combined(ask(key)))
  asked[0]?.end()
  await turn()
  asked[1]?.end(away)
  const ends = await Promise.allSettled(found)
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
  expect(asked).toHaveLength(2)
})

it('what nobody waits for any more is not asked', async () => {
  const { asked, read } = openStore()
  const combined = combineReads(read, { ...limits, giveUpMs: 10 })
  const [first, late] = [combined(ask('a')), combined(ask('b'))]
  await new Promise((resolve) => setTimeout(resolve, 30))
  asked[0]?.end()
  await first
  await expect(late).rejects.toThrow('did not come to this request in time')
  expect(asked).toHaveLength(1)
})

it('each answer is what it would be alone', async () => {
  const requests = fc.array(
    fc.record({
      digest: fc.constantFrom('one', 'three', 'fourth').map(digestOf),
      keys: fc.array(fc.string({ maxLength: 4 }), { maxLength: 5 }),
    }),
    { maxLength: 4 },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(requests, { maxLength: 12 }), fc.nat({ max: 3 }), async (all, pauses) => {
      const combined = combineReads(async (asked) => {
        for (let pause = 0; pause < pauses; pause++) await turn()
        return answer(asked)
      }, limits)
      expect(await Promise.all(all.map((one) => combined(one)))).toEqual(all.map(answer))
    }),
    { numRuns: 200 },
  )
})
