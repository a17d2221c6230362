/** From the columns behind each view to the columns of data sources behind each feature. Pure. */
import type { InputColumn, ViewOrigins } from '../../core/column-origin.ts'
import type { ViewDefinition } from '../../core/feature-definition.ts'
import { compareText } from '../../core/finding.ts'

/** Origins of the views by name, and their definitions. */
export interface OriginFacts {
  readonly views: ReadonlyMap<string, ViewDefinition>
  readonly origins: ReadonlyMap<string, ViewOrigins>
}

export interface TracedColumns {
  /** Columns of data sources, as `SOURCE.COLUMN`, sorted. */
  readonly columns: readonly string[]
  /** Why there may be others; null: these are all. */
  readonly unresolved: string | null
}

/** The columns of its view's inputs that a feature or aggregation is made from. */
export function listInputColumns(view: ViewDefinition, feature: string, { origins }: OriginFacts): readonly InputColumn[] {
  const known = origins.get(view.name)
  if (known === undefined || known.unresolved !== null) return []
  const aggregation = view.aggregations.find(({ name }) => name === feature)
  const columns =
    aggregation === undefined
      ? [feature]
      : [...(aggregation.column === null ? [] : [aggregation.column]), ...(known.conditions.get(feature) ?? [])]
  return columns.flatMap((column) => findColumn(known, column))
}

/** By name of the view: its features and aggregations, each with what stands behind it. Every view is visited once. */
export function traceFeatures(facts: OriginFacts): ReadonlyMap<string, ReadonlyMap<string, TracedColumns>> {
  const rows = new Map<string, RowTrace>()
  const traced = new Map<string, ReadonlyMap<string, TracedColumns>>()
  for (const view of listUpstreamFirst(facts.views)) {
    const origins = facts.origins.get(view.name)
    if (origins === undefined) throw new Error(`a view has origins, be it only that they are not known: ${view.name}`)
    const { unresolved, columns } = origins
    const trace: RowTrace = {
      reason: unresolved === null ? null : `${view.name}: ${unresolved}`,
      columns: new Map([...columns].map(([name, behind]) => [name.toLowerCase(), uniteTraces(behind, rows)])),
    }
    rows.set(view.name, trace)
    const names = [...view.features, ...view.aggregations].map(({ name }) => name)
    traced.set(view.name, new Map(names.map((name) => [name, traceOne(view, name, { facts, rows, reason: trace.reason })])))
  }
  return traced
}

/** What stands behind the columns of a view's rows, by name in lower case. */
interface RowTrace {
  readonly reason: string | null
  readonly columns: ReadonlyMap<string, TracedColumns>
}

interface Known {
  readonly facts: OriginFacts
  readonly rows: ReadonlyMap<string, RowTrace>
  readonly reason: string | null
}

function traceOne(view: ViewDefinition, feature: string, { facts, rows, reason }: Known): TracedColumns {
  if (reason !== null) return { columns: [], unresolved: reason }
  const { columns, unresolved } = uniteTraces(listInputColumns(view, feature, facts), rows)
  const isConditional = facts.origins.get(view.name)?.conditions.get(feature) === null
  return { columns, unresolved: isConditional ? `${view.name}: the condition of ${feature} is not followed` : unresolved }
}

function uniteTraces(behind: readonly InputColumn[], rows: ReadonlyMap<string, RowTrace>): TracedColumns {
  const found = behind.map(({ input, column }): TracedColumns => {
    if (input.kind === 'DataSource') return { columns: [`${input.name}.${column}`], unresolved: null }
    const trace = rows.get(input.name)
    if (trace === undefined) throw new Error(`views are traced after those that they read: ${input.name}`)
    return trace.columns.get(column.toLowerCase()) ?? { columns: [], unresolved: trace.reason }
  })
  const [reason] = found.flatMap(({ unresolved }) => unresolved ?? []).sort(compareText)
  return { columns: [...new Set(found.flatMap(({ columns }) => columns))].sort(compareText), unresolved: reason ?? null }
}

/** Without recursion: a chain of views may be longer than the call stack. */
function listUpstreamFirst(views: OriginFacts['views']): readonly ViewDefinition[] {
  const ordered = new Map<string, ViewDefinition>()
  for (const first of views.keys()) {
    const waiting = [first]
    for (let name = waiting.at(-1); name !== undefined; name = waiting.at(-1)) {
      const view = views.get(name)
      if (view === undefined) throw new Error(`a valid commit has the view ${name}`)
      const missing = view.inputs.filter((input) => input.kind === 'FeatureView' && !ordered.has(input.name))
      if (missing.length === 0 || ordered.has(name)) {
        ordered.set(name, view)
        waiting.pop()
      } else waiting.push(...missing.map((input) => input.name))
    }
  }
  return [...ordered.values()]
}

/** DuckDB tells no case apart. */
function findColumn({ columns }: ViewOrigins, name: string): readonly InputColumn[] {
  const exact = columns.get(name)
  if (exact !== undefined) return exact
  const [, found] = [...columns].find(([column]) => column.toLowerCase() === name.toLowerCase()) ?? []
  return found ?? []
}
