/**
 * Reads of the online store that share a round trip: what arrives while a read is under way waits for its end, and then goes as one. It
 * waits no longer than until there is enough of it, or until the read under way turns out to be slow. There is no timer: a lone request
 * never waits, and the more of them there are, the less each costs.
 */
import type { OnlineAnswer, OnlineRequest, OnlineStore } from '../ports.ts'
import { FeaturesUnavailableError, isPassing } from './features-unavailable.ts'

export interface CombineLimits {
  /** Reads that are under way at the same time. */
  readonly atOnce: number
  /** Keys that are worth a read of their own beside another. */
  readonly enoughKeys: number
  /** Keys of one combined read; a request with more goes alone. */
  readonly mostKeys: number
  /** A read that takes longer is not waited for, in milliseconds. */
  readonly slowMs: number
  /** Nobody waits longer for an answer, in milliseconds: what has not begun by then is dropped. */
  readonly giveUpMs: number
}

type Read = OnlineStore['read']

interface Waiting {
  readonly requests: readonly OnlineRequest[]
  readonly keys: number
  readonly sinceMs: number
  readonly resolve: (answers: readonly OnlineAnswer[]) => void
  readonly reject: (error: unknown) => void
}

/** A read that fails for a reason that does not pass is made again alone: one bad request fails alone. */
export function combineReads(read: Read, limits: CombineLimits): Read {
  const queue: Waiting[] = []
  let waitingKeys = 0
  let underWay = 0
  let startedAt = 0

  const isTime = (): boolean =>
    underWay === 0 ||
    (underWay < limits.atOnce && (waitingKeys >= limits.enoughKeys || performance.now() - startedAt > limits.slowMs))

  const dropLate = (): void => {
    const now = performance.now()
    for (let first = queue[0]; first !== undefined && now - first.sinceMs > limits.giveUpMs; first = queue[0]) {
      queue.shift()
      waitingKeys -= first.keys
      first.reject(new FeaturesUnavailableError('the online store did not come to this request in time'))
    }
  }

  const start = (): void => {
    dropLate()
    while (queue.length > 0 && isTime()) {
      const together = takeTogether(queue, limits.mostKeys)
      waitingKeys -= sumKeys(together)
      underWay++
      startedAt = performance.now()
      void run(together).finally(() => {
        underWay--
        start()
      })
    }
  }

  const run = async (together: readonly Waiting[]): Promise<void> => {
    try {
      const { requests, split } = mergeRequests(together)
      const answers = split(await read(requests))
      together.forEach(({ resolve }, index) => {
        resolve(answers[index] ?? [])
      })
    } catch (error) {
      if (together.length > 1 && !isPassing(error)) for (const one of together) await run([one])
      else for (const { reject } of together) reject(error)
    }
  }

  return (requests) =>
    new Promise((resolve, reject) => {
      const keys = sumKeys(requests.map((request) => ({ keys: request.keys.length })))
      queue.push({ requests, keys, sinceMs: performance.now(), resolve, reject })
      waitingKeys += keys
      start()
    })
}

function sumKeys(counted: readonly { readonly keys: number }[]): number {
  return counted.reduce((sum, { keys }) => sum + keys, 0)
}

/** From the front of the queue, one at least. */
function takeTogether(queue: Waiting[], mostKeys: number): readonly Waiting[] {
  let keys = 0
  let count = 0
  for (const one of queue) {
    keys += one.keys
    if (count > 0 && keys > mostKeys) break
    count++
  }
  return queue.splice(0, count)
}

interface Merged {
  readonly requests: readonly OnlineRequest[]
  /** One answer for each request of each who waited. */
  readonly split: (answers: readonly OnlineAnswer[]) => readonly (readonly OnlineAnswer[])[]
}

/** One request for each definition. The answers are cut by how many keys each asked for, in the order of asking. */
function mergeRequests(together: readonly Waiting[]): Merged {
  const [only] = together
  if (together.length === 1 && only !== undefined) return { requests: only.requests, split: (answers) => [answers] }
  const merged = new Map<string, { readonly digest: OnlineRequest['digest']; readonly keys: string[] }>()
  const parts = together.map(({ requests }) =>
    requests.map(({ digest, keys }) => {
      let of = merged.get(digest)
      if (of === undefined) merged.set(digest, (of = { digest, keys: [] }))
      const from = of.keys.length
      for (const key of keys) of.keys.push(key)
      return { digest, from, to: of.keys.length }
    }),
  )
  return {
    requests: [...merged.values()],
    split(answers) {
      const byDigest = new Map([...merged.keys()].map((digest, index) => [digest, answers[index]]))
      return parts.map((own) => own.map(({ digest, from, to }) => cutAnswer(byDigest.get(digest), from, to)))
    },
  }
}

/** A request without keys knows no watermark, as if it had been asked alone. */
function cutAnswer(answer: OnlineAnswer | undefined, from: number, to: number): OnlineAnswer {
  if (answer === undefined || from === to) return { watermarkUs: null, rows: [] }
  return { watermarkUs: answer.watermarkUs, rows: answer.rows.slice(from, to) }
}
