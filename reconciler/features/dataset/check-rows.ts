/**
 * What is expected of the rows that a training set is made of: of its sources and views, as far as they were known. How fresh they are and
 * how many came lately is not asked: a training set is of the past.
 */
import type { Expectation } from '../../core/feature-definition.ts'
import type { FeatureDefinitions } from '../../manifests/feature-definitions.ts'
import { checkRelation, type AskedRelation } from '../checks/check-relation.ts'
import { createCheckedView } from '../checks/checked-view.ts'
import type { RelationChecks } from '../checks/checks-report.ts'
import type { Computation } from '../compute/open-computation.ts'

/** A relation of which something is expected. */
export type CheckedRows = Pick<RelationChecks, 'kind' | 'name' | 'results'> & {
  /** Rows that were looked at. */
  readonly rows: number
}

/** Sources, then views; those of which nothing is expected are left out. `asOf`: microseconds since the epoch. */
export async function checkRows(
  { engine, sources, views, pushed }: Computation,
  definitions: FeatureDefinitions,
  asOf: bigint,
): Promise<readonly CheckedRows[]> {
  const checked: CheckedRows[] = []
  const check = async (
    kind: CheckedRows['kind'],
    name: string,
    expectations: readonly Expectation[],
    ask: () => Promise<Pick<AskedRelation, 'relation' | 'eventTime'>>,
  ): Promise<void> => {
    if (expectations.length === 0) return
    const rules = { expectations, freshness: null, volume: null }
    const profiled = { columns: [], edges: new Map<string, readonly number[]>() }
    const { rows, results } = await checkRelation(engine, { ...(await ask()), rules, profiled }, asOf)
    checked.push({ kind, name, rows, results })
  }
  for (const { source } of sources) {
    const expectations = definitions.sourceRules.get(source)?.expectations ?? []
    await check('DataSource', source, expectations, () => Promise.resolve(sourceRows(definitions, source)))
  }
  for (const { view: name } of views) {
    const view = definitions.views.get(name)
    const expectations = definitions.viewRules.get(name)?.expectations ?? []
    if (view === undefined) continue
    await check('FeatureView', name, expectations, async () => ({
      relation: await createCheckedView(engine, view, definitions.entities, pushed.get(name) ?? null),
      eventTime: view.eventTime,
    }))
  }
  return checked
}

function sourceRows({ sources }: FeatureDefinitions, name: string): Pick<AskedRelation, 'relation' | 'eventTime'> {
  const source = sources.get(name)
  if (source === undefined) throw new Error(`the source ${name} was prepared`)
  const columns = new Map(source.columns.map((column) => [column.name, column.dtype]))
  return { relation: { name: `source:${name}`, columns, identity: ['__row'], sequence: '__row' }, eventTime: source.eventTime }
}
