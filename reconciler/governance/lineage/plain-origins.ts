/** Columns behind views as far as manifests alone tell them: a view without SQL has those of its input. Pure. */
import type { InputColumn, ViewOrigins } from '../../core/column-origin.ts'
import type { ViewDefinition, ViewInput } from '../../core/feature-definition.ts'
import type { FeatureDefinitions } from '../../manifests/feature-definitions.ts'

/** By name of the view. Where a view has SQL of its own, `reason` says why it is not followed. */
export function listPlainOrigins({ sources, views }: FeatureDefinitions, reason: string): ReadonlyMap<string, ViewOrigins> {
  const rows = new Map<string, readonly string[] | null>()
  return new Map([...views.values()].map((view) => [view.name, describeView(view)]))

  function describeView({ name, transform, inputs, aggregations }: ViewDefinition): ViewOrigins {
    const [input] = inputs
    if (transform !== null || input === undefined) return unresolved(reason)
    const columns = listColumns(input)
    if (columns === null) return unresolved(`${name} reads ${input.name}: ${reason}`)
    const found = new Map<string, readonly InputColumn[]>(columns.map((column) => [column, [{ input, column }]]))
    const conditions = aggregations.flatMap(({ name: aggregation, where }) =>
      where === null ? [] : [[aggregation, null] as const],
    )
    return { unresolved: null, columns: found, rows: [], conditions: new Map(conditions) }
  }

  /** Through views that change nothing, without recursion: their chain may be longer than the call stack. */
  function listColumns(input: ViewInput): readonly string[] | null {
    const chain: string[] = []
    let next: ViewInput | undefined = input
    while (next?.kind === 'FeatureView' && !rows.has(next.name)) {
      const view = views.get(next.name)
      chain.push(next.name)
      next = view === undefined || view.transform !== null ? undefined : view.inputs[0]
    }
    const columns = next === undefined ? null : next.kind === 'FeatureView' ? (rows.get(next.name) ?? null) : namesOf(next.name)
    for (const name of chain) rows.set(name, columns)
    return columns
  }

  function namesOf(source: string): readonly string[] {
    return (sources.get(source)?.columns ?? []).map(({ name }) => name)
  }
}

function unresolved(reason: string): ViewOrigins {
  return { unresolved: reason, columns: new Map(), rows: [], conditions: new Map() }
}
