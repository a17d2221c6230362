/** What a change of features means, in one sentence. Pure. */
import type { FeatureChange } from '../manifests/features/feature-impact.ts'
import { listNames } from '../manifests/nearest-name.ts'

const verbs = { added: 'is new', changed: 'changes', removed: 'is removed' } as const

/** `FeatureView/airport_weather changes: training inputs of Model/flight-delay become stale`, and what serving does about it. */
export function describeFeatureChange({ id, change, views, models, recomputed, keeping }: FeatureChange): string {
  const others = models.filter((model) => model !== id)
  const parts = [
    ...(views.length === 0 ? [] : [`values of ${listNames(views)} change`]),
    ...(models.includes(id) ? ['its training inputs become stale'] : []),
    ...(others.length === 0 ? [] : [`training inputs of ${listNames(others)} become stale`]),
  ]
  const effects = [
    ...(parts.length === 0 && change === 'changed' ? ['no model takes it'] : parts),
    ...(recomputed.length === 0
      ? []
      : [`online rows of ${listNames(recomputed)} are computed${change === 'added' ? '' : ' anew'}`]),
    ...(keeping.length === 0 ? [] : [`${listNames(keeping)} ${keeping.length === 1 ? 'keeps' : 'keep'} the embedded definition`]),
  ]
  return `${id} ${verbs[change]}${effects.length === 0 ? '' : `: ${effects.join(', ')}`}`
}
