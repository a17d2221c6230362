/** Gauges of what a replica holds, read before every snapshot. Knows no request. */
import type { Release } from '../../core/release.ts'
import type { ServingState } from '../../core/serving-state.ts'
import type { MetricRegistry } from './metric-registry.ts'

export interface ObservedReplica {
  readonly state: ServingState | null
  readonly pool: { listHeld(): readonly { readonly release: Release }[] }
}

export function observeReplica(registry: MetricRegistry, replica: ObservedReplica): void {
  let named = new Set<string>()
  registry.beforeSnapshot(() => {
    const { version } = replica.state ?? {}
    registry.number('mainward_serving_state_epoch').set(version?.epoch ?? 0)
    registry.number('mainward_serving_state_sequence').set(version?.sequence ?? 0)
    const loaded = new Map<string, number>()
    for (const { release } of replica.pool.listHeld()) loaded.set(release.model, (loaded.get(release.model) ?? 0) + 1)
    for (const model of new Set([...named, ...loaded.keys()])) {
      registry.number('mainward_loaded_releases', model).set(loaded.get(model) ?? 0)
    }
    named = new Set(loaded.keys())
  })
}
