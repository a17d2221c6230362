/** The whole join as one SELECT: one row for each label row, in their order, whatever the views hold. Text in, text out. */
import { buildLabelTimes, gridTime, keyNames } from './build-label-times.ts'
import { buildNewestRows } from './build-newest-rows.ts'
import { buildRowMatches, type NamedQuery } from './build-row-matches.ts'
import { buildRowVersions } from './build-row-versions.ts'
import type { JoinRequest, JoinView, TakenColumn } from './join-request.ts'
import { quoteName } from './quote-name.ts'

interface ViewParts {
  readonly queries: readonly NamedQuery[]
  readonly joins: readonly string[]
  readonly columns: readonly string[]
}

function featureColumns(view: JoinView, index: number): readonly string[] {
  return view.take.map((taken) => `v${index}_values.${quoteName(taken.as)}`)
}

function isFeature(taken: TakenColumn): taken is Extract<TakenColumn, { type: 'feature' }> {
  return taken.type === 'feature'
}

/** The values of the rows found are read once, at the end: nothing wide is sorted. */
function buildValues(view: JoinView, index: number): NamedQuery {
  const taken = view.take.filter(isFeature).map(({ column, as }) => `source.${quoteName(column)} AS ${quoteName(as)}`)
  const columns = [`found.l`, ...taken].join(', ')
  return {
    name: `v${index}_values`,
    sql: `SELECT ${columns} FROM v${index}_match AS found JOIN ${quoteName(view.relation)} AS source ON source."__row" = found."row"`,
  }
}

function buildViewParts(request: JoinRequest, view: JoinView, index: number): ViewParts {
  const parts = `v${index}`
  const names = { times: `${parts}_times`, versions: `${parts}_versions`, parts }
  const newest = `${parts}_newest`
  return {
    queries: [
      { name: names.times, sql: buildLabelTimes(request.labels, view) },
      { name: names.versions, sql: buildRowVersions(view, request.asOfUs) },
      { name: newest, sql: buildNewestRows(names.versions, keyNames(view)) },
      ...buildRowMatches(view, names, newest),
      buildValues(view, index),
    ],
    joins: [`LEFT JOIN ${parts}_values ON ${parts}_values.l = labels."__row"`],
    columns: [
      ...featureColumns(view, index),
      `${parts}_values.l IS NOT NULL AS ${quoteName(`__found:${view.prefix}`)}`,
      `make_timestamp(${gridTime('epoch_us(labels."__at")', view.grid)}) AS ${quoteName(`__as_of:${view.prefix}`)}`,
    ],
  }
}

/**
 * Output columns: `__row`, `keep`, then for each view what it takes, `__found:PREFIX` (a row was found, and within ttl) and
 * `__as_of:PREFIX` (the time its values are taken as of). One SELECT, without a semicolon at its end.
 */
export function buildJoin(request: JoinRequest): string {
  const views = request.views.map((view, index) => buildViewParts(request, view, index))
  const queries = views.flatMap(({ queries }) => queries).map(({ name, sql }) => `${name} AS (\n  ${sql}\n)`)
  const columns = ['"__row"', ...request.keep.map(quoteName)].map((name) => `labels.${name}`)
  return [
    queries.length === 0 ? [] : [`WITH ${queries.join(', ')}`],
    `SELECT ${[...columns, ...views.flatMap((view) => view.columns)].join(', ')}`,
    `FROM ${quoteName(request.labels)} AS labels`,
    views.flatMap(({ joins }) => joins),
    'ORDER BY labels."__row"',
  ]
    .flat()
    .join('\n')
}
