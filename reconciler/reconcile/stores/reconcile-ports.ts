/** The control loop's ports: git through the source process, everything else on Postgres. */
import type { Pool } from '../../database/pool.ts'
import type { ArtifactPort, Clocks, Materialiser, ReconcilePorts } from '../ports.ts'
import type { SourceClient } from '../source/source-client.ts'
import { createHistoryStore, createTagStore } from './history-store.ts'
import { createJournalStore } from './journal-store.ts'
import { createRolloutStore } from './rollout-store.ts'
import { createServingStore } from './serving-store.ts'

export interface PortParts {
  readonly pool: Pool
  readonly environment: string
  readonly source: SourceClient
  readonly artifacts: ArtifactPort
  readonly materialiser: Materialiser
  readonly clocks: Clocks
  readonly dataStart: string | null
}

export function createReconcilePorts(parts: PortParts): ReconcilePorts {
  const { pool, environment, source, artifacts, materialiser, clocks, dataStart } = parts
  const place = { pool, environment }
  return {
    source,
    historyBranch: source,
    tags: source,
    artifacts,
    rollouts: createRolloutStore(place),
    history: createHistoryStore(place),
    tagStore: createTagStore(place),
    serving: createServingStore(place),
    journal: createJournalStore(place, dataStart),
    materialiser,
    clocks,
  }
}
