/** What a clear answer to a hostile input is, and what an attack may cost everybody else. */
import { expect } from 'vitest'
import type { AttackedServer } from './attacked-server.ts'
import type { HostileInput } from './hostile-input.ts'
import { exchange, type Exchange } from './raw-client.ts'
import type { Observed } from './watch.ts'

const mebibyte = 1024 * 1024
/** Characters of an error; whatever was sent, an answer does not repeat it. */
const longestError = 2000

/** The median of fewer says nothing. */
const enough = 100

/** What is wrong with the answer, or null. */
export function findFault({ statuses }: HostileInput, { answers, end }: Exchange): string | null {
  const [first, ...others] = answers
  if (first === undefined) return `no answer (${end})`
  if (others.some((other) => other.status < 400))
    return `${answers.length} answers: ${answers.map(({ status }) => status).join(', ')}`
  const { status, body } = first
  if (!statuses.includes(status)) return `expected ${statuses.join(' or ')}, found ${status}: ${body.slice(0, 200)}`
  if (status < 400) return null
  if (!/^\{"error":".+"\}$/s.test(body)) return `${status} without an error: ${body.slice(0, 200)}`
  return body.length > longestError ? `the error has ${body.length} characters` : null
}

/** Sends each input once, a few at a time. Returns what is wrong, by name. */
export async function attack(
  server: AttackedServer,
  inputs: readonly HostileInput[],
  atOnce: number,
): Promise<Readonly<Record<string, string>>> {
  const faults: Record<string, string> = {}
  // Made before anything is sent: this process would else be too busy to send in time.
  const made = new Map(inputs.map((input) => [input, [...input.bytes()]]))
  const waiting = [...inputs]
  const work = async () => {
    for (let input = waiting.pop(); input !== undefined; input = waiting.pop()) {
      const fault = findFault(input, await exchange(server.port, made.get(input) ?? [], { limitMs: 10_000, ...input.options }))
      if (fault !== null) faults[input.name] = fault
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return faults
}

/**
 * The bystander got every answer, none took two seconds more than five of the longest in peace, half of them took about what they
 * take in peace. The factors, ten milliseconds, and the second second are the noise of a machine that has other work too.
 */
export function expectUnmoved(server: AttackedServer, quiet: Observed, seen: Observed): void {
  expectIntact(server, seen)
  expect(seen.longestMs).toBeLessThan(5 * quiet.longestMs + 2000)
  if (seen.requests >= enough) expect(seen.medianMs).toBeLessThan(5 * quiet.medianMs + 10)
}

/** The server grew by less than 100 MB at any time, answered the bystander, still runs, and has nothing to complain of. */
export function expectIntact(server: AttackedServer, seen: Observed): void {
  expect(seen.failures).toEqual([])
  expect(seen.requests).toBeGreaterThan(0)
  expect(seen.largestGrowthBytes / mebibyte).toBeLessThan(100)
  expect(server.isRunning()).toBe(true)
  expect(server.errors()).toBe('')
}
