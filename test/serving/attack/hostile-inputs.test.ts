/** Hundreds of hostile requests against a serving process, while another client goes on as if nothing were. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hostileBinary } from './inputs/hostile-binary.ts'
import { hostileHttp } from './inputs/hostile-http.ts'
import { hostileNames } from './inputs/hostile-names.ts'
import { hostileShapes } from './inputs/hostile-shapes.ts'
import { hostileValues } from './inputs/hostile-values.ts'
import { largeBodies } from './inputs/large-bodies.ts'
import { malformedJson } from './inputs/malformed-json.ts'
import { startAttackedServer, type AttackedServer } from './support/attacked-server.ts'
import { attack, expectUnmoved } from './support/judge.ts'
import { Watch, type Observed } from './support/watch.ts'

let server: AttackedServer
let watch: Watch
let quiet: Observed

beforeAll(async () => {
  server = await startAttackedServer({ headersTimeoutMs: 1500, requestTimeoutMs: 2500 })
  const started = await Watch.start(server)
  watch = started.watch
  quiet = started.quiet
})

afterAll(async () => {
  await watch.stop()
  await server.stop()
})

/** Refused by their length alone, before anything is read. */
function isDeaf(statuses: readonly number[]): boolean {
  return statuses.length === 1 && statuses[0] === 413
}

describe('every hostile input gets a clear answer, and nobody else notices', () => {
  it.each([
    ['malformed JSON', malformedJson],
    ['shapes that overflow, and data that are not of their shape', hostileShapes],
    ['values at the ends of their datatypes', hostileValues],
    ['names that mean something in JavaScript', hostileNames],
    ['binary tensors and codings that lie', hostileBinary],
    ['broken HTTP', hostileHttp],
  ])('%s', async (_name, inputs) => {
    expect(await attack(server, inputs, 8)).toEqual({})
    expectUnmoved(server, quiet, await watch.observe())
  })

  it('large bodies, alone', async () => {
    expect(await attack(server, largeBodies, 1)).toEqual({})
    expectUnmoved(server, quiet, await watch.observe())
  })

  it('large bodies, twenty at once of every second one', async () => {
    const read = largeBodies.filter(({ statuses }) => !isDeaf(statuses))
    for (const input of read.filter((_, index) => index % 2 === 0)) {
      expect(await attack(server, Array<typeof input>(20).fill(input), 20)).toEqual({})
    }
    expectUnmoved(server, quiet, await watch.observe())
  })
})
