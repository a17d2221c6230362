/** Digests of what values are made from, with everything that a manifest names: the same digest, the same definition. */
import { digestValue, type Digest } from '../../core/digest.ts'
import type { Kind, Resource } from '../../core/resource.ts'
import type { FeatureViewSpec } from '../kinds/feature-view.ts'
import type { ModelSpec } from '../kinds/model.ts'

/** Format of the values that the digests are taken from. */
const digestVersion = 1

export interface FeatureDigests {
  /**
   * By name of the view: covers the view, its entities, sources and the views that it reads. Descriptions, owners, layout,
   * expectations, tests, freshness and volume do not count; defaults that were not written neither.
   */
  readonly views: ReadonlyMap<string, Digest>
  /** By name of the model, where it has a label: the definition of its training set, with the digests of its views and label source. */
  readonly trainingInputs: ReadonlyMap<string, Digest>
}

/** The digests of a valid commit. */
export function digestFeatures(resources: readonly Resource[]): FeatureDigests {
  const own = indexDigests(resources)
  const views = digestViews(resources, own)
  const models = resources.filter(({ kind }) => kind === 'Model') as readonly Resource<ModelSpec>[]
  const trainingInputs = models.flatMap(({ metadata: { name }, spec }): readonly (readonly [string, Digest])[] => {
    if (spec.label === null) return []
    const value = {
      digestVersion,
      model: own('Model', name),
      label: own('DataSource', spec.label.source),
      views: Object.fromEntries(spec.features.map(({ view }) => [view, views.get(view)])),
    }
    return [[name, digestValue(value)]]
  })
  return { views, trainingInputs: new Map(trainingInputs) }
}

type OwnDigest = (kind: Kind, name: string) => Digest

function indexDigests(resources: readonly Resource[]): OwnDigest {
  const digests = new Map(resources.map(({ kind, metadata: { name }, trainingDigest }) => [`${kind}/${name}`, trainingDigest]))
  return (kind, name) => {
    const digest = digests.get(`${kind}/${name}`)
    if (digest === undefined) throw new Error(`a valid commit has ${kind} ${name} with a training digest`)
    return digest
  }
}

/** Upstream first, without recursion: views may stand in a chain that is longer than the call stack. */
function digestViews(resources: readonly Resource[], own: OwnDigest): ReadonlyMap<string, Digest> {
  const specs = new Map(
    resources.filter(({ kind }) => kind === 'FeatureView').map(({ metadata, spec }) => [metadata.name, spec as FeatureViewSpec]),
  )
  const digests = new Map<string, Digest>()
  for (const first of specs.keys()) {
    const waiting = [first]
    for (let name = waiting.at(-1); name !== undefined; name = waiting.at(-1)) {
      const spec = specs.get(name)
      if (spec === undefined) throw new Error(`a valid commit has the view ${name}`)
      const missing = spec.inputs.filter((input) => input.kind === 'FeatureView' && !digests.has(input.name))
      if (missing.length === 0 || digests.has(name)) {
        digests.set(name, digests.get(name) ?? digestView(name, spec, { own, digests }))
        waiting.pop()
      } else waiting.push(...missing.map((input) => input.name))
    }
  }
  return digests
}

interface Known {
  readonly own: OwnDigest
  readonly digests: ReadonlyMap<string, Digest>
}

function digestView(name: string, { entities, inputs }: FeatureViewSpec, { own, digests }: Known): Digest {
  return digestValue({
    digestVersion,
    view: own('FeatureView', name),
    entities: Object.fromEntries(entities.map((entity) => [entity.name, own('Entity', entity.name)])),
    inputs: inputs.map((input) => (input.kind === 'DataSource' ? own('DataSource', input.name) : digests.get(input.name))),
  })
}
