/** What a replica holds, as gauges of the registry. Knows no more of the replica than that. */
import type { Release } from '../../core/release.ts'
import type { ServingState } from '../../core/serving-state.ts'
import type { MetricRegistry, NumberCell } from './metric-registry.ts'

export interface ObservedReplica {
  readonly state: ServingState | null
  readonly pool: { listHeld(): readonly { readonly release: Release }[] }
}

/** Sets the gauges before every snapshot. */
export function observeReplica(registry: MetricRegistry, replica: ObservedReplica): void {
  const loaded = new Map<string, NumberCell>()
  registry.beforeSnapshot(() => {
    registry.number('mainward_serving_state_epoch').set(replica.state?.version.epoch ?? 0)
    registry.number('mainward_serving_state_sequence').set(replica.state?.version.sequence ?? 0)
    for (const cell of loaded.values()) cell.set(0)
    loaded.clear()
    for (const { release } of replica.pool.listHeld()) {
      const cell = loaded.get(release.model) ?? registry.number('mainward_loaded_releases', release.model)
      if (!loaded.has(release.model)) cell.set(0)
      loaded.set(release.model, cell)
      cell.add(1)
    }
  })
}
