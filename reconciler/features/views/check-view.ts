/** Checks a view against relations that may be empty: its transform, its columns, the conditions of its aggregations. */
import type { EntityDefinition, ViewDefinition } from '../../core/feature-definition.ts'
import type { Engine } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'
import { checkCondition } from '../transform/check-condition.ts'
import { checkSelect } from '../transform/check-select.ts'
import { fillPlaceholders } from '../transform/fill-placeholders.ts'
import { restorePlaceholders } from '../transform/restore-placeholders.ts'
import { planViewColumns, type ViewColumns } from './view-columns.ts'

export interface CheckedView {
  /** Each begins with the view's name. */
  readonly problems: readonly string[]
  /** Null when there are problems. */
  readonly plan: ViewPlan | null
}

export interface ViewPlan {
  /** One SELECT without placeholders: the view's rows. */
  readonly sql: string
  readonly columns: ViewColumns
  /** Whether the rows come in the order of what the view reads. */
  readonly keepsOrder: boolean
}

/** The rows of a view: its transform's columns under their own names. Not quoted. */
export function rowsName(view: string): string {
  return `rows:${view}`
}

/**
 * Its inputs must be there: sources (`createEmptySource` or `prepareSource`) and views before it (`orderViews`). Leaves `rows:NAME`, a
 * view over its inputs that runs nothing until it is read, for the views after it.
 */
export async function checkView(
  engine: Engine,
  view: ViewDefinition,
  entities: ReadonlyMap<string, EntityDefinition>,
): Promise<CheckedView> {
  const filled = fillPlaceholders(view.transform ?? 'select * from {{ source }}', view)
  const { sql, relations, problems } = filled
  if (problems.length > 0) return refuse(view, problems)
  const checked = await checkSelect(engine, sql, relations)
  const mistakes = checked.problems.map((problem) => restorePlaceholders(problem, filled))
  if (mistakes.length > 0) return refuse(view, mistakes)
  const planned = planViewColumns(view, entities, checked.columns)
  if (planned.type === 'problems') return refuse(view, planned.problems)
  await engine.query(`create view ${quoteName(rowsName(view.name))} as\n${sql}`)
  const wrong = await checkConditions(engine, view)
  return wrong.length > 0
    ? refuse(view, wrong)
    : { problems: [], plan: { sql, columns: planned.columns, keepsOrder: checked.keepsOrder } }
}

async function checkConditions(engine: Engine, { name, aggregations }: ViewDefinition): Promise<readonly string[]> {
  const problems: string[] = []
  for (const { name: aggregation, where } of aggregations) {
    if (where === null) continue
    const found = await checkCondition(engine, where, rowsName(name))
    problems.push(...found.map((problem) => `where of aggregation ${aggregation}: ${problem}`))
  }
  return problems
}

function refuse(view: ViewDefinition, problems: readonly string[]): CheckedView {
  return { plan: null, problems: problems.map((problem) => `view ${view.name}: ${problem}`) }
}
