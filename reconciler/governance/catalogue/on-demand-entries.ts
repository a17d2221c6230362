/** On-demand features in the catalogue: what each of a model's is computed of, and by which expression. Pure. */
import { compareText } from '../../core/finding.ts'
import type { OnDemandDtype } from '../../core/on-demand-feature.ts'
import { takenName } from '../../core/online-view.ts'
import type { Resource } from '../../core/resource.ts'
import { namesOf } from '../../expressions/names-of.ts'
import type { ModelSpec } from '../../manifests/kinds/model.ts'

export interface OnDemandEntry {
  /** `MODEL:FEATURE`. */
  readonly id: string
  readonly name: string
  readonly model: string
  readonly owner: string | null
  readonly dtype: OnDemandDtype
  readonly unit: string | null
  readonly description: string | null
  readonly cel: string
  readonly reads: readonly OnDemandRead[]
  readonly file: string
  /** Of its entry in the list, from 1. */
  readonly line: number
}

/** An input of an expression. */
export interface OnDemandRead {
  /** As the model knows it. */
  readonly name: string
  /** `VIEW:FEATURE`, another on-demand feature as `MODEL:FEATURE`; null: the request has it. */
  readonly from: string | null
}

/** Of all models, by name of the model, and in its order. */
export function listOnDemand(resources: readonly Resource[]): readonly OnDemandEntry[] {
  const models = resources.filter(({ kind }) => kind === 'Model') as readonly Resource<ModelSpec>[]
  const sorted = [...models].sort((a, b) => compareText(a.metadata.name, b.metadata.name))
  return sorted.flatMap(({ metadata, spec, file, line, onDemandLines = [] }) =>
    spec.onDemand.map(({ name, dtype, unit, description, cel }, index): OnDemandEntry => ({
      id: `${metadata.name}:${name}`,
      name,
      model: metadata.name,
      owner: metadata.owner ?? null,
      dtype,
      unit: unit ?? null,
      description: description ?? null,
      cel,
      reads: listReads(metadata.name, spec, cel),
      file,
      line: onDemandLines[index] ?? line,
    })),
  )
}

function listReads(model: string, { features, requestFeatures, onDemand }: ModelSpec, cel: string): readonly OnDemandRead[] {
  const joined = features.flatMap(({ view, as, take }) => take.map((name) => [takenName(as, name), `${view}:${name}`] as const))
  const origins = new Map<string, string | null>([
    ...requestFeatures.map(({ name }) => [name, null] as const),
    ...joined,
    ...onDemand.map(({ name }) => [name, `${model}:${name}`] as const),
  ])
  return namesOf(cel).flatMap((name) => {
    const from = origins.get(name)
    return from === undefined ? [] : [{ name, from }]
  })
}
