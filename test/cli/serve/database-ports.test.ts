/** The data plane's ports on a real Postgres: states, hints, heartbeats, and connections that break. */
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { openDatabasePorts } from '../../../reconciler/cli/serve/database-ports.ts'
import type { ServingState } from '../../../reconciler/core/serving-state.ts'
import { openPool } from '../../../reconciler/database/pool.ts'
import { readReplicas, writeServingState } from '../../../reconciler/database/serving-queries.ts'
import { createTestDatabase } from '../../support/database.ts'

const database = await createTestDatabase()
const pool = openPool(database.url, { applicationName: 'the leader' })
const ports = openDatabasePorts(database.url, 'production')

function stateAt(sequence: number): ServingState {
  return {
    formatVersion: 1,
    environment: 'production',
    version: { epoch: 1, sequence },
    commit: 'c',
    writtenAt: '2026-01-01T00:00:00.000Z',
    dataTime: null,
    artifactStore: 'folder:/nowhere',
    releases: {},
    routes: [],
  }
}

async function write(sequence: number): Promise<void> {
  await writeServingState(pool, { state: stateAt(sequence), routesVersion: { epoch: 1, sequence } })
}

/** Resolves with the time until `count` more hints, in milliseconds. */
function countHints() {
  const hints = { count: 0 }
  const stop = ports.source.subscribe(() => {
    hints.count += 1
  })
  const reach = async (count: number): Promise<void> => {
    await expect.poll(() => hints.count, { timeout: 10_000, interval: 5 }).toBeGreaterThanOrEqual(count)
  }
  return { hints, reach, stop }
}

afterEach(async () => {
  await pool.query('delete from serving_states')
})
afterAll(async () => {
  await ports.close()
  await pool.end()
  await database.drop()
})

describe('the serving state', () => {
  it('is null before the first, then the newest', async () => {
    expect(await ports.source.read()).toBeNull()
    await write(1)
    expect(await ports.source.read()).toEqual(stateAt(1))
    await write(2)
    expect((await ports.source.read())?.version).toEqual({ epoch: 1, sequence: 2 })
  })

  it('is read in whole only when its version changed', async () => {
    await write(3)
    expect(await ports.source.read()).toBe(await ports.source.read())
  })
})

describe('hints', () => {
  it('come once at the beginning and at every new state, not for other environments', async () => {
    const { hints, reach, stop } = countHints()
    await reach(1)
    await write(1)
    await reach(2)
    await pool.query(`select pg_notify('mainward', 'state staging')`)
    await write(2)
    await reach(3)
    expect(hints.count).toBe(3)
    stop()
  })

  it('come again after the connection broke', async () => {
    const { reach, stop } = countHints()
    await reach(1)
    await pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'mainward serve' and datname = current_database()`,
    )
    await reach(2)
    await write(1)
    await reach(3)
    stop()
  })

  it('end when they are no longer wanted: no connection stays', async () => {
    const { reach, stop } = countHints()
    await reach(1)
    stop()
    const listeners = async (): Promise<number> =>
      (await pool.query(`select 1 from pg_stat_activity where query like 'listen %' and datname = current_database()`)).rows
        .length
    await expect.poll(listeners, { timeout: 5_000 }).toBe(0)
  })
})

describe('a heartbeat', () => {
  it('is stored', async () => {
    const status = {
      replica: 'a',
      environment: 'production',
      heartbeatAt: '2026-01-01T00:00:00.000Z',
      stateVersion: null,
      dataTime: null,
      releases: {},
    }
    await ports.reporter.report(status)
    expect(await readReplicas(pool, 'production')).toEqual([status])
  })
})
