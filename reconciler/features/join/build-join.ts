/** The whole join as one SELECT: one row for each label row, in their order, whatever the views hold. Text in, text out. */
import { buildLabelTimes, gridTime } from './build-label-times.ts'
import { buildRowMatches, type MatchNames, type NamedQuery } from './build-row-matches.ts'
import { buildRowVersions } from './build-row-versions.ts'
import { anyRow, buildWindows } from './build-windows.ts'
import type { JoinRequest, JoinView, TakenColumn } from './join-request.ts'
import { quoteName } from '../engine/quote.ts'
import { windowInputs } from './window-inputs.ts'

interface ViewParts {
  readonly queries: readonly NamedQuery[]
  readonly joins: readonly string[]
  readonly columns: readonly string[]
}

function isFeature(taken: TakenColumn): taken is Extract<TakenColumn, { type: 'feature' }> {
  return taken.type === 'feature'
}

/** The values of the rows found are read once, at the end: nothing wide is sorted. */
function buildValues(view: JoinView, parts: string): NamedQuery {
  const taken = view.take.filter(isFeature).map(({ column, as }) => `source.${quoteName(column)} AS ${quoteName(as)}`)
  const columns = ['found.l', ...taken].join(', ')
  return {
    name: `${parts}_values`,
    sql: `SELECT ${columns} FROM ${parts}_match AS found JOIN ${quoteName(view.relation)} AS source ON source."__row" = found."row"`,
  }
}

/** A label without its keys counts no rows: 0, as a label whose key is not known. */
function takenColumn(taken: TakenColumn, parts: string): string {
  const name = quoteName(taken.as)
  if (taken.type === 'feature') return `${parts}_values.${name}`
  const isCount = taken.window.function === 'count' || taken.window.function === 'count_distinct'
  return isCount ? `coalesce(${parts}_windows.${name}, 0) AS ${name}` : `${parts}_windows.${name}`
}

/** What a view needs of the join: the row found, the windows, or both. */
function buildReads(view: JoinView, names: MatchNames) {
  const { parts } = names
  const isWindowed = view.take.some(({ type }) => type === 'window')
  const isFound = !isWindowed || view.take.some(isFeature)
  const rows = [...buildRowMatches(view, names), buildValues(view, parts)]
  return {
    queries: [...(isFound ? rows : []), ...(isWindowed ? buildWindows(view, names) : [])],
    joined: [...(isFound ? ['values'] : []), ...(isWindowed ? ['windows'] : [])].map((part) => `${parts}_${part}`),
    found: isFound ? `${parts}_values.l IS NOT NULL` : `coalesce(${parts}_windows.${anyRow}, false)`,
  }
}

function buildViewParts(request: JoinRequest, view: JoinView, index: number): ViewParts {
  const parts = `v${index}`
  const names = { times: `${parts}_times`, versions: `${parts}_versions`, parts }
  const { queries, joined, found } = buildReads(view, names)
  return {
    queries: [
      { name: names.times, sql: buildLabelTimes(request.labels, view) },
      { name: names.versions, sql: buildRowVersions(view, request.asOfUs, windowInputs(view)) },
      ...queries,
    ],
    joins: joined.map((name) => `LEFT JOIN ${name} ON ${name}.l = labels."__row"`),
    columns: [
      ...view.take.map((taken) => takenColumn(taken, parts)),
      `${found} AS ${quoteName(`__found:${view.prefix}`)}`,
      `make_timestamp(${gridTime('epoch_us(labels."__at")', view.grid)}) AS ${quoteName(`__as_of:${view.prefix}`)}`,
    ],
  }
}

/**
 * Output columns: `__row`, `keep`, then for each view what it takes, `__found:PREFIX` (a row was found, and within ttl; where a view
 * gives windows alone: a row counts in the longest of them) and `__as_of:PREFIX` (the time its values are taken as of). One SELECT, without a semicolon at its end.
 */
export function buildJoin(request: JoinRequest): string {
  const views = request.views.map((view, index) => buildViewParts(request, view, index))
  const queries = views.flatMap(({ queries }) => queries).map(({ name, sql }) => `${name} AS (\n  ${sql}\n)`)
  const columns = ['"__row"', ...request.keep.map(quoteName)].map((name) => `labels.${name}`)
  return [
    queries.length === 0 ? [] : [`WITH RECURSIVE ${queries.join(', ')}`],
    `SELECT ${[...columns, ...views.flatMap((view) => view.columns)].join(', ')}`,
    `FROM ${quoteName(request.labels)} AS labels`,
    views.flatMap(({ joins }) => joins),
    'ORDER BY labels."__row"',
  ]
    .flat()
    .join('\n')
}
