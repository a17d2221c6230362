/** mainward assign, with hashes that GrowthBook's own cases give (test/vectors/growthbook-cases.json, specVersion 0.8.0). */
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { packageRoot } from '../../reconciler/core/package-root.ts'
import type { Digest } from '../../reconciler/core/digest.ts'
import type { Release } from '../../reconciler/core/release.ts'
import type { ModelRoute, ServingState } from '../../reconciler/core/serving-state.ts'
import { type ControlServer, startControlServer, writeControlFile } from '../support/control-server.ts'
import { removeFolder } from '../support/git-repositories.ts'
import { runCommand } from '../support/run-command.ts'

const cases = JSON.parse(readFileSync(join(packageRoot, 'test/vectors/growthbook-cases.json'), 'utf8')) as {
  readonly hash: readonly (readonly [string, string, number, number | null])[]
}
/** [seed, unit, version of the hash, result]. */
const [seed = '', unit = '', , hash] = cases.hash.find(([, , version, result]) => version === 2 && (result ?? 0) > 0) ?? []

const digest = (version: number): Digest => `sha256:${String(version).repeat(64)}`
const releases = Object.fromEntries(
  [1, 2].map((version) => [digest(version), { digest: digest(version), version } as unknown as Release]),
)

function stateOf(route: Omit<ModelRoute, 'model' | 'unit' | 'seed'>): ServingState {
  return {
    formatVersion: 1,
    environment: 'production',
    version: { epoch: 1, sequence: 1 },
    commit: 'c',
    writtenAt: '2026-01-01T00:00:00.000Z',
    dataTime: null,
    artifactStore: 'folder:/x',
    releases,
    routes: [{ model: 'flight-delay', unit: 'flight_id', seed, ...route }],
  }
}

let folder: string
let server: ControlServer | null = null

async function assign(state: ServingState, argv: readonly string[]) {
  server = await startControlServer({ '/api/v1/serving-state': state })
  writeControlFile(folder, server.url)
  return runCommand(folder, ['assign', ...argv])
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mainward-assign-'))
})

afterEach(async () => {
  await server?.stop()
  removeFolder(folder)
})

const known = Number(hash)

function canary(weight: number): ServingState {
  return stateOf({
    strategy: 'canary',
    defaultArm: 'stable',
    since: '2026-11-24T10:00:00.000Z',
    arms: [
      { name: 'canary', release: digest(2), weight, range: [0, weight / 100] },
      { name: 'stable', release: digest(1), weight: 100 - weight },
    ],
  })
}

describe('mainward assign', () => {
  it('has a case of GrowthBook to compare with', () => {
    expect(known).toBeGreaterThan(0.01)
    expect(known).toBeLessThan(0.99)
  })

  it('says that the canary takes the unit, and by which number', async () => {
    const weight = Math.ceil(known * 100)
    const { code, output } = await assign(canary(weight), ['flight-delay', unit])
    expect(code).toBe(0)
    expect(output).toBe(
      `${unit} is on canary of flight-delay, version 2: its hash ${known.toFixed(4)} lies in [0.0000, ${(weight / 100).toFixed(4)}), which canary takes

hash ${known.toFixed(4)} of seed ${seed} and unit ${unit}

ARM     VERSION  WEIGHT  RANGE
canary  v2       ${`${weight} %`.padEnd(6)}  [0.0000, ${(weight / 100).toFixed(4)})
stable  v1       ${`${100 - weight} %`.padEnd(6)}  the rest
`,
    )
  })

  it('says that stable takes the rest', async () => {
    const { output } = await assign(canary(Math.floor(known * 100)), ['flight-delay', unit, '--json'])
    expect(JSON.parse(output)).toMatchObject({ arm: 'stable', version: 1, hash: known, cause: 'rest', range: null })
  })

  it('says that a unit outside of the coverage takes no part', async () => {
    const state = stateOf({
      strategy: 'split',
      defaultArm: 'control',
      since: '2026-11-24T10:00:00.000Z',
      arms: [
        { name: 'control', release: digest(1), weight: 50, range: [0, known / 4] },
        { name: 'treatment', release: digest(2), weight: 50, range: [known / 2, known] },
      ],
    })
    const { output } = await assign(state, ['flight-delay', unit])
    expect(output).toMatch(
      new RegExp(`^${unit} is on control of flight-delay, version 1: its hash .* lies outside of .*: it does not take part`),
    )
  })

  it('says that one arm takes everybody', async () => {
    const state = stateOf({
      strategy: 'canary',
      defaultArm: 'stable',
      since: '2026-11-24T10:00:00.000Z',
      arms: [{ name: 'stable', release: digest(1), weight: 100 }],
    })
    expect((await assign(state, ['flight-delay', 'anyone'])).output).toContain('version 1: stable takes every unit')
  })

  it('knows no rollout that is not served, but its neighbour', async () => {
    const found = await assign(canary(5), ['flight-dely', 'x'])
    expect([found.code, found.errors]).toEqual([1, expect.stringContaining('did you mean flight-delay?')])
  })
})
