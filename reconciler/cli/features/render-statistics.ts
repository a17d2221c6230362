/** Statistics of the values of features as text. Pure. */
import { shortDigest } from '../../core/digest.ts'
import { countNoun } from '../../core/count-noun.ts'
import type { DescribedFeature, DescribedStatistics } from '../../governance/catalogue/describe-statistics.ts'
import type { FeatureDiff, StatisticsDiff } from '../../governance/catalogue/diff-statistics.ts'
import { printable } from '../../manifests/findings-text.ts'
import { renderTable, type TableColumn } from '../table.ts'

/** How many categories, and characters of each, a line shows. */
const shown = { categories: 3, listed: 10, characters: 30, bar: 40 } as const

/** Of all features of a view, one line each. */
export function renderStatistics(statistics: DescribedStatistics): string {
  return `\n${headOf(statistics)}${renderTable(columns, statistics.features.map(lineOf))}`
}

const right = (title: string): TableColumn => ({ title, align: 'right' })
const columns: readonly TableColumn[] = [
  { title: 'FEATURE' },
  { title: 'OF' },
  ...['ROWS', 'NULL', 'MEAN', 'STD', 'MIN', 'P5', 'P50', 'P95', 'MAX'].map(right),
  { title: 'MOST FREQUENT' },
]

function lineOf(feature: DescribedFeature): readonly string[] {
  const { name, of, rows, nulls, mean, std, min, max, quantiles } = feature
  return [
    name,
    of,
    String(rows),
    shareOf(nulls, rows),
    show(mean),
    show(std),
    show(min),
    ...['0.05', '0.5', '0.95'].map((q) => show(quantiles?.[q] ?? null)),
    show(max),
    topOf(feature),
  ]
}

/** Of one feature: every number that is known, and a picture of how the values lie. */
export function renderFeatureStatistics(statistics: DescribedStatistics): string {
  return `\n${headOf(statistics)}${statistics.features.map(renderFeature).join('')}`
}

function renderFeature(feature: DescribedFeature): string {
  const { of, rows, count, nulls, nans, infinities, mean, std, min, max, quantiles } = feature
  const facts: readonly (readonly [string, string | null])[] = [
    ['of', of === 'rows' ? countNoun(rows, 'row') : `the value of each of ${countNoun(rows, 'key')}`],
    ['values', String(count)],
    ['null', `${nulls} (${shareOf(nulls, rows)})`],
    ['NaN, infinite', nans + infinities === 0 ? null : `${nans}, ${infinities}`],
    ['mean', mean === null ? null : show(mean)],
    ['std', std === null ? null : show(std)],
    ['min', min === null ? null : show(min)],
    ...Object.entries(quantiles ?? {}).map(([q, value]) => [`p${Number(q) * 100}`, show(value)] as const),
    ['max', max === null ? null : show(max)],
  ]
  const lines = facts.flatMap(([name, text]) => (text === null ? [] : [`  ${name.padEnd(13)}  ${text}\n`]))
  return [...lines, ...renderHistogram(feature), ...renderCategories(feature)].join('')
}

function renderHistogram({ histogram }: DescribedFeature): readonly string[] {
  if (histogram === null) return []
  const { edges, counts, underflow, overflow } = histogram
  const bins: readonly (readonly [string, number])[] = [
    [`below ${show(edges[0] ?? null)}`, underflow],
    ...counts.map((count, bin) => [`${show(edges[bin] ?? null)} to ${show(edges[bin + 1] ?? null)}`, count] as const),
    [`above ${show(edges.at(-1) ?? null)}`, overflow],
  ]
  return drawBars('histogram', bins)
}

function renderCategories({ categories, count }: DescribedFeature): readonly string[] {
  if (categories === null || categories.categories.length === 0) return []
  const listed = categories.categories.slice(0, shown.listed)
  const rest = count - listed.reduce((sum, category) => sum + category.count, 0)
  const bars = listed.map((category) => [quote(category.value), category.count] as const)
  return drawBars('most frequent', rest === 0 ? bars : [...bars, ['others', rest]])
}

function drawBars(title: string, bars: readonly (readonly [string, number])[]): readonly string[] {
  const most = Math.max(1, ...bars.map(([, count]) => count))
  const names = Math.max(...bars.map(([name]) => [...name].length))
  const counts = Math.max(...bars.map(([, count]) => String(count).length))
  const lines = bars.map(([name, count]) => {
    const bar = '#'.repeat(Math.ceil((count / most) * shown.bar))
    return `    ${name}${' '.repeat(names - [...name].length)}  ${String(count).padStart(counts)}  ${bar}`.trimEnd() + '\n'
  })
  return [`  ${title}\n`, ...lines]
}

/** Feature by feature, the two sides in lines below each other. */
export function renderStatisticsDiff(diffs: readonly StatisticsDiff[]): string {
  return diffs.map(renderViewDiff).join('')
}

function renderViewDiff({ view, before, after, features }: StatisticsDiff): string {
  const heads = [before, after].map(
    (side, at) => `  ${at === 0 ? 'before' : 'after '}  ${side === null ? 'not there\n' : headOf(side)}`,
  )
  const titles = [{ title: 'FEATURE' }, { title: 'SIDE' }, ...columns.slice(2), right('PSI'), right('JS')]
  return `\nstatistics of ${view}\n${heads.join('')}${renderTable(titles, features.flatMap(linesOf))}`
}

function linesOf({ name, before, after, divergence }: FeatureDiff): readonly (readonly string[])[] {
  const side = (title: string, feature: DescribedFeature | null): readonly string[] =>
    feature === null ? [name, title, 'none'] : [name, title, ...lineOf(feature).slice(2)]
  const filled = [...side('after', after), ...Array<string>(columns.length).fill('')].slice(0, columns.length)
  const apart = divergence === null ? ['-', '-'] : [divergence.psi, divergence.jensenShannon].map((value) => value.toFixed(4))
  return [side('before', before), [...filled, ...apart]]
}

type Head = Omit<DescribedStatistics, 'features'>

/** `data as of 2013-06-01T00:00:00Z, commit 3ced5ca68844; weather_hourly: 26115 rows until 2013-05-31T23:00:00Z (1f0a6b1c2d3e)`. */
function headOf({ asOf, commit, sources }: Head): string {
  const of = commit === null ? 'the working tree' : `commit ${commit.slice(0, 12)}`
  const parts = sources.map(({ name, rows, lastEvent, fingerprint }) => {
    const until = lastEvent === null ? '' : ` until ${lastEvent}`
    return `${name}: ${countNoun(rows, 'row')}${until} (${shortDigest(fingerprint)})`
  })
  return `data as of ${asOf}, of ${of}; ${parts.join(', ')}\n`
}

function topOf({ categories, count }: DescribedFeature): string {
  if (categories === null || count === 0) return '-'
  const top = categories.categories.slice(0, shown.categories)
  return top.map((category) => `${quote(category.value)} ${shareOf(category.count, count)}`).join(', ')
}

function quote(text: string): string {
  const characters = [...text]
  return printable(
    JSON.stringify(characters.length <= shown.characters ? text : `${characters.slice(0, shown.characters).join('')}…`),
  )
}

function shareOf(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`
}

/** Six digits are more than a person compares. */
function show(value: number | string | null): string {
  if (value === null) return '-'
  return typeof value === 'string' ? value : String(Number(value.toPrecision(6)))
}
