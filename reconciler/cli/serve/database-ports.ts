/** The data plane's ports on Postgres: the serving state, hints that it changed, and heartbeats. */
import { compareStateVersions, type ServingState } from '../../core/serving-state.ts'
import { hearHints } from '../../database/hear-hints.ts'
import { type ConnectionOptions, openConnection, openPool } from '../../database/pool.ts'
import { readServingState, readServingVersion, writeReplica } from '../../database/serving-queries.ts'
import type { ReplicaReporter, ServingStateSource } from '../../serving/ports.ts'

export interface DatabasePorts {
  readonly source: ServingStateSource
  readonly reporter: ReplicaReporter
  close(): Promise<void>
}

const hintRetryMs = 1_000

/** Connects when it is first used; every failure is the caller's to retry. */
export function openDatabasePorts(url: string, environment: string): DatabasePorts {
  const options: ConnectionOptions = { applicationName: 'mainward serve', statementTimeoutMs: 5_000, size: 2 }
  const pool = openPool(url, options)
  let newest: ServingState | null = null
  return {
    source: {
      async read() {
        const version = await readServingVersion(pool, environment)
        if (version === null) return null
        if (newest !== null && compareStateVersions(newest.version, version) === 0) return newest
        newest = (await readServingState(pool, environment))?.state ?? null
        return newest
      },
      subscribe(listener) {
        const hearing = hearHints({
          open: () => openConnection(url, { ...options, statementTimeoutMs: 0 }),
          onHint: (payload) => {
            if (payload === null || payload === `state ${environment}`) listener()
          },
          retryMs: hintRetryMs,
        })
        return () => void hearing.stop()
      },
    },
    reporter: { report: (status) => writeReplica(pool, status) },
    close: () => pool.end(),
  }
}
