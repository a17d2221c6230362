/** The dtypes of the features that a model takes of views, by the names that the model has for them. */
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import { takenName } from '../../core/online-view.ts'
import { aggregateDtype } from '../aggregation-columns.ts'
import type { FeatureViewSpec } from '../kinds/feature-view.ts'
import type { ModelFeatureSpec } from '../kinds/model.ts'
import type { FeatureSpecs } from './feature-specs.ts'
import { aggregatedDtype } from './view-rows.ts'

export interface TakenDtype {
  readonly name: string
  readonly dtype: FeatureDtype
}

/** Null: some view, or feature of it, is not there, or has no dtype that is known. */
export function takenDtypes(features: readonly ModelFeatureSpec[], specs: FeatureSpecs): readonly TakenDtype[] | null {
  const taken: TakenDtype[] = []
  for (const { view, as, take } of features) {
    const spec = specs.views.get(view)
    if (spec === undefined) return null
    const dtypes = viewDtypes(spec, specs)
    for (const name of take) {
      const dtype = dtypes.get(name) ?? null
      if (dtype === null) return null
      taken.push({ name: takenName(as, name), dtype })
    }
  }
  return taken
}

/** Of features and aggregations; null where it is not known. */
export function viewDtypes(view: FeatureViewSpec, specs: FeatureSpecs): ReadonlyMap<string, FeatureDtype | null> {
  const aggregated = view.aggregations.map(({ name, function: kind, column, dtype }) => {
    return [name, dtype ?? aggregateDtype(kind, aggregatedDtype(column, view, specs))] as const
  })
  return new Map([...view.features.map(({ name, dtype }) => [name, dtype] as const), ...aggregated])
}
