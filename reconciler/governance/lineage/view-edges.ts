/** Edges from data sources to features: by what views name, and by the columns behind their features. Pure. */
import type { InputColumn } from '../../core/column-origin.ts'
import type { ViewDefinition } from '../../core/feature-definition.ts'
import type { LineageEdge } from './lineage-node.ts'
import { listInputColumns, type OriginFacts } from './trace-columns.ts'

/** Of all views; the same edge may come several times. */
export function listViewEdges(facts: OriginFacts): readonly LineageEdge[] {
  return [...facts.views.values()].flatMap((view) => [
    ...view.inputs.map(({ kind, name }) => edge(`${kind}/${name}`, `FeatureView/${view.name}`)),
    ...namesOf(view).map((name) => edge(`FeatureView/${view.name}`, `Feature/${view.name}:${name}`)),
    ...listColumnEdges(view, facts),
  ])
}

/** Between features of views that read each other. Where SQL could not be followed, every feature of the input may have a part. */
function listColumnEdges(view: ViewDefinition, facts: OriginFacts): readonly LineageEdge[] {
  const known = facts.origins.get(view.name)
  const own = `FeatureView/${view.name}`
  if (known === undefined) throw new Error(`a view has origins, be it only that they are not known: ${view.name}`)
  if (known.unresolved !== null) {
    const inputs = view.inputs.flatMap(({ kind, name }) => (kind === 'FeatureView' ? (facts.views.get(name) ?? []) : []))
    return inputs.flatMap((input) => input.features.map(({ name }) => edge(`Feature/${input.name}:${name}`, own, 'perhaps')))
  }
  const values = namesOf(view).flatMap((name) =>
    listInputColumns(view, name, facts).flatMap((column) => fromFeature(column, `Feature/${view.name}:${name}`, null)),
  )
  return [...values, ...known.rows.flatMap((column) => fromFeature(column, own, 'rows'))]
}

/** None where the column is no feature: a key or a time. */
function fromFeature({ input, column }: InputColumn, downstream: string, label: string | null): readonly LineageEdge[] {
  return input.kind === 'FeatureView' ? [edge(`Feature/${input.name}:${column}`, downstream, label)] : []
}

function namesOf({ features, aggregations }: ViewDefinition): readonly string[] {
  return [...features, ...aggregations].map(({ name }) => name)
}

function edge(upstream: string, downstream: string, label: string | null = null): LineageEdge {
  return { upstream, downstream, label }
}
