import { afterEach, describe, expect, it } from 'vitest'
import { benchRelease, benchRow, benchScore } from './support/bench-model.ts'
import { removeParts, startServer, type RunningServer } from './support/running-server.ts'
import { servingState, stableRoute } from './support/serving-state.ts'

let server: RunningServer

afterEach(async () => {
  await server.stop()
  await removeParts(server)
})

describe('a change of the release under load', () => {
  it('fails no request, answers with the right numbers, and never goes back to an older version', async () => {
    server = await startServer()
    const versions = Array.from({ length: 25 }, (_, index) => benchRelease({ version: index + 1 }))
    const [first] = versions
    if (first === undefined) throw new Error('there are versions')
    await server.serve(servingState(1, { releases: [first], routes: [stableRoute(first)] }))
    let swapping = true
    const seen: number[][] = []
    const clients = Array.from({ length: 4 }, async (_, client) => {
      const own: number[] = []
      for (let index = client; swapping; index++) {
        const { status, body } = await server.post('/v1/models/bench/predict', { rows: [benchRow(index % 64)] })
        const prediction = (body as { predictions?: { version: number; score: number }[] }).predictions?.[0]
        if (status !== 200 || prediction === undefined) throw new Error(`${status} ${JSON.stringify(body)}`)
        if (Math.abs(prediction.score - benchScore(index % 64)) > 1e-5) throw new Error(`a wrong score: ${prediction.score}`)
        own.push(prediction.version)
      }
      seen.push(own)
    })
    for (const [index, release] of versions.entries()) {
      await server.serve(servingState(index + 2, { releases: [release], routes: [stableRoute(release)] }))
    }
    swapping = false
    await Promise.all(clients)
    expect(new Set(seen.flat()).size).toBeGreaterThan(10)
    for (const own of seen) expect(own).toEqual([...own].sort((a, b) => a - b))
    const text = (await server.get('/metrics')).body as string
    expect(text).toContain('mainward_loaded_releases{model="bench"} 1')
  })
})
