/** What a change of features means, in one sentence. Pure. */
import type { FeatureChange, OnDemandChange } from '../manifests/features/feature-impact.ts'
import { listNames } from '../manifests/nearest-name.ts'
import type { OnlineRowsChange } from './count-online-rows.ts'

const verbs = { added: 'is new', changed: 'changes', removed: 'is removed' } as const

/** `FeatureView/airport_weather changes: training inputs of Model/flight-delay become stale`, and what serving does about it. */
export function describeFeatureChange({ id, change, views, models, recomputed, keeping, onDemand = [] }: FeatureChange): string {
  const others = models.filter((model) => model !== id)
  const parts = [
    ...onDemand.map(describeOnDemand),
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

function describeOnDemand({ name, change }: OnDemandChange): string {
  switch (change) {
    case 'added':
      return `the on-demand feature ${name} is new`
    case 'removed':
      return `the on-demand feature ${name} is removed`
    case 'expression':
      return `the on-demand feature ${name} is computed by another expression`
    case 'declaration':
      return `the on-demand feature ${name} has another dtype or unit`
  }
}

/** `FeatureView/airport_weather: 2,208 rows are computed anew, 2,208 rows that nothing reads any more are removed`. */
export function describeOnlineRows({ id, rebuilt, removed, unknown }: OnlineRowsChange): string {
  const parts = [
    ...(rebuilt === 0 ? [] : [`${rowsOf(rebuilt)} ${verbOf(rebuilt)} computed anew`]),
    ...(removed === 0 ? [] : [`${rowsOf(removed)} that nothing reads any more ${verbOf(removed)} removed`]),
  ]
  const said = parts.length === 0 ? 'no row is computed anew: the store has them' : parts.join(', ')
  return `${id}: ${said}${unknown === null ? '' : ` (${unknown})`}`
}

function rowsOf(count: number | null): string {
  if (count === null) return 'an unknown number of rows'
  return `${new Intl.NumberFormat('en').format(count)} ${count === 1 ? 'row' : 'rows'}`
}

function verbOf(count: number | null): string {
  return count === 1 ? 'is' : 'are'
}
