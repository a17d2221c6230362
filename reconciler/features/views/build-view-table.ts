/** Makes the relation `view:NAME` of a view, which joins and profiles read, and counts the rows that it leaves out. */
import { MainwardError } from '../../core/error.ts'
import type { EntityDefinition, ViewDefinition } from '../../core/feature-definition.ts'
import type { Engine } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'
import { pushedValues, type PushedRows } from '../pushed/load-pushed-rows.ts'
import { checkView, rowsName, type ViewPlan } from './check-view.ts'

export interface ViewReport {
  readonly view: string
  /** Rows of the relation that can be found. */
  readonly rows: bigint
  /** Never found; with a row key they are still in the relation, where they end the version before them. */
  readonly droppedNullKey: bigint
  /** Of the rows with keys. */
  readonly droppedNullEventTime: bigint
  /** Of `rows`: those that were pushed. */
  readonly pushed: bigint
}

/** The relation of a view, quoted. */
export function viewRelation(name: string): string {
  return quoteName(`view:${name}`)
}

/** Condition on the relation of a view: the row can be found. Only of a view with a row key others are there. */
export function canBeFound({ eventTime }: ViewDefinition, keyColumns: readonly string[]): string {
  const needed = [...keyColumns.map(quoteName), ...(eventTime === null ? [] : ['"__event"'])]
  return needed.length === 0 ? 'true' : needed.map((column) => `${column} is not null`).join(' and ')
}

/**
 * After `lock`, in the order of `orderViews`. A transform runs once, its rows are kept as `rows:NAME`; a view of a source without one
 * is read where its rows lie. Pushed rows stand after them; views that read this one do not see these. `__row` numbers the rows the same on any number of threads. Throws `invalid-input` with all problems of
 * `checkView`.
 */
export async function buildViewTable(
  engine: Engine,
  view: ViewDefinition,
  entities: ReadonlyMap<string, EntityDefinition>,
  pushed: PushedRows | null = null,
): Promise<ViewReport> {
  const plan = await planRows(engine, view, entities)
  const report = await countRows(engine, view, plan, pushed?.rows ?? 0n)
  // A condition that holds for every row would be asked again by each statement, which would also expect far fewer rows.
  const isWhole = report.droppedNullKey === 0n && report.droppedNullEventTime === 0n
  await createView(engine, view, plan, { condition: isWhole ? '' : whereUsable(view, plan), pushed })
  return report
}

/** The same where nobody asks for a report: no row is read but of what a transform needs. */
export async function makeViewTable(
  engine: Engine,
  view: ViewDefinition,
  entities: ReadonlyMap<string, EntityDefinition>,
  pushed: PushedRows | null,
): Promise<void> {
  const plan = await planRows(engine, view, entities)
  await createView(engine, view, plan, { condition: whereUsable(view, plan), pushed })
}

async function planRows(
  engine: Engine,
  view: ViewDefinition,
  entities: ReadonlyMap<string, EntityDefinition>,
): Promise<ViewPlan> {
  const { plan, problems } = await checkView(engine, view, entities)
  if (plan === null)
    throw new MainwardError('invalid-input', problems.join('\n'), { hint: 'correct the view; `mainward validate` says the same' })
  if (hasKeptRows(view)) await keepRows(engine, view, plan)
  return plan
}

function hasKeptRows({ transform, inputs }: ViewDefinition): boolean {
  return transform !== null || inputs.some(({ kind }) => kind === 'FeatureView')
}

async function createView(
  engine: Engine,
  view: ViewDefinition,
  plan: ViewPlan,
  { condition, pushed }: { readonly condition: string; readonly pushed: PushedRows | null },
): Promise<void> {
  const rows = `${selectView(view, plan, hasKeptRows(view) ? 'rowid' : '"__row"')}${condition}`
  const more = pushed === null ? '' : ` union all ${selectPushedView(view, plan, pushed)}`
  await engine.query(`create view ${viewRelation(view.name)} as ${rows}${more}`)
}

/** The engine does not say which row it was. */
const rowHint = 'the transform fails on a value of a row: TRY_CAST gives null for it, WHERE leaves it out'

/** Rows that come in any order are sorted by all that they hold: of rows that are equal it does not matter which is first. */
async function keepRows(engine: Engine, view: ViewDefinition, { keepsOrder }: ViewPlan): Promise<void> {
  const [rows, kept] = [quoteName(rowsName(view.name)), quoteName(`kept:${view.name}`)]
  try {
    await engine.query(`create table ${kept} as select * from ${rows}${keepsOrder ? '' : ' order by all'}`)
  } catch (thrown) {
    if (!(thrown instanceof MainwardError)) throw thrown
    const { code, hint } = thrown
    // What follows is a statement of ours, which nobody wrote.
    const message = code === 'engine-failed' ? thrown.message.replace(/\n\nLINE [^]*$/, '') : thrown.message
    throw new MainwardError(code, `view ${view.name}: ${message}`, { cause: thrown, hint: hint ?? rowHint })
  }
  await engine.query(`drop view ${rows}; alter table ${kept} rename to ${rows}`)
}

function selectView(view: ViewDefinition, { columns }: ViewPlan, row: string): string {
  const { keys, others, event, created } = columns
  const list = [
    `${row} as "__row"`,
    ...[...keys, ...others].map(({ name, sql }) => `${sql} as ${quoteName(name)}`),
    `${event?.sql ?? 'null::timestamp'} as "__event"`,
    `${created?.sql ?? 'null::timestamp'} as "__created"`,
    ...view.aggregations.flatMap(({ name, where }) =>
      where === null ? [] : [`(${where}\n) as ${quoteName(`__where:${name}`)}`],
    ),
  ]
  return `select ${list.join(', ')} from ${quoteName(rowsName(view.name))}`
}

/** Of a view with a row key all rows stay: one without key or event time is never found, but ends the version before it. */
function whereUsable({ rowKey }: ViewDefinition, { columns: { keys, event } }: ViewPlan): string {
  if (rowKey.length > 0) return ''
  const needed = [...keys, ...(event === null ? [] : [event])].map(({ name }) => `${quoteName(name)} is not null`)
  return needed.length === 0 ? '' : ` where ${needed.join(' and ')}`
}

/** Behind every row of a source: among equal ones the row of the source counts, then the one that was pushed first. */
const firstPushedRow = 1n << 62n

/** The same columns as `selectView`. Windows over pushed rows are not supported, so no condition of one is asked. */
function selectPushedView(view: ViewDefinition, { columns }: ViewPlan, pushed: PushedRows): string {
  const names = [...columns.keys, ...columns.others].map(({ name }) => name)
  const times = [columns.event === null ? 'null::timestamp' : '"__event"', '"__created"']
  const conditions = view.aggregations.flatMap(({ where }) => (where === null ? [] : ['null']))
  const list = [`(${firstPushedRow} + rowid)::bigint`, ...pushedValues(pushed, names), ...times, ...conditions]
  return `select ${list.join(', ')} from ${pushed.relation}`
}

async function countRows(engine: Engine, view: ViewDefinition, { columns }: ViewPlan, pushed: bigint): Promise<ViewReport> {
  const keys = columns.keys.map(({ name }) => `${quoteName(name)} is null`)
  const noKey = keys.length === 0 ? 'false' : `(${keys.join(' or ')})`
  const noEvent = columns.event === null ? 'false' : `${quoteName(columns.event.name)} is null`
  const [counts] = await engine.query(
    `select count(*) as n, count(*) filter (${noKey}) as keyless, count(*) filter (not ${noKey} and ${noEvent}) as timeless
     from ${quoteName(rowsName(view.name))}`,
  )
  const { n = 0n, keyless = 0n, timeless = 0n } = counts as Readonly<Record<string, bigint>>
  const rows = n - keyless - timeless + pushed
  return { view: view.name, rows, droppedNullKey: keyless, droppedNullEventTime: timeless, pushed }
}
