/** Which sources and views must be made, and in which order, before some views can be read. Pure. */
import { MainwardError } from '../../core/error.ts'
import type { EntityDefinition, SourceDefinition, ViewDefinition } from '../../core/feature-definition.ts'
import { orderViews } from '../views/order-views.ts'

/** What views are made of, by name: of a commit (`FeatureDefinitions`), or what a version embeds. */
export interface ViewMaterials {
  readonly entities: ReadonlyMap<string, EntityDefinition>
  readonly sources: ReadonlyMap<string, SourceDefinition>
  readonly views: ReadonlyMap<string, ViewDefinition>
}

export interface Wanted {
  readonly views: readonly string[]
  /** Besides those that the views read: the source of labels. */
  readonly sources?: readonly string[]
}

export interface ComputationPlan {
  /** Each once, in the order in which they are asked for. */
  readonly sources: readonly SourceDefinition[]
  /** A view after those that it reads. */
  readonly views: readonly ViewDefinition[]
}

/** Throws `not-found` for a source or view that is not there, `invalid-input` for views that read each other in a circle. */
export function planComputation(materials: ViewMaterials, wanted: Wanted): ComputationPlan {
  const views = orderViews(wanted.views, materials.views)
  const sources = new Map((wanted.sources ?? []).map((name) => [name, requireSource(materials, name, null)]))
  for (const { name: reader, inputs } of views) {
    for (const { kind, name } of inputs) {
      if (kind === 'DataSource' && !sources.has(name)) sources.set(name, requireSource(materials, name, reader))
    }
  }
  return { sources: [...sources.values()], views }
}

function requireSource({ sources }: ViewMaterials, name: string, reader: string | null): SourceDefinition {
  const source = sources.get(name)
  if (source !== undefined) return source
  throw new MainwardError('not-found', `there is no source ${name}${reader === null ? '' : `, which ${reader} reads`}`)
}
