/** Asks the engine for the profile of one column, as one question among others of the same statement. Pure: text in, values out. */
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import type { Histogram } from '../../profiles/histogram.ts'
import { growth, smallestSize, type LogBins } from '../../profiles/log-bins.ts'
import { momentsFromSums, type Moments } from '../../profiles/moments.ts'
import { emptyProfile, type Profile } from '../../profiles/profile.ts'
import type { Category, TopCategories } from '../../profiles/top-categories.ts'
import type { Cell } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'
import type { Question } from '../expectations/build-scan.ts'
import { readCount } from '../expectations/check.ts'

export interface StatisticsQuestion extends Question {
  /** The profile, of the values of the expressions. */
  read(values: readonly Cell[]): Profile
}

export interface ProfiledColumn {
  readonly relation: string
  readonly column: string
  readonly dtype: FeatureDtype
  /** Edges of a histogram, which grow; null: none is made. */
  readonly edges: readonly number[] | null
}

/** How many categories a profile keeps. */
export const keptCategories = 50

/** A part of a profile: its expressions, and what their values say. */
interface Part {
  readonly expressions: readonly string[]
  readonly constants?: Readonly<Record<string, string>>
  readonly read: (values: readonly Cell[]) => Partial<Profile>
}

export function buildStatistics(column: ProfiledColumn): StatisticsQuestion {
  const parts = partsOf(column)
  return {
    expressions: parts.flatMap(({ expressions }) => expressions),
    constants: Object.assign({}, ...parts.map(({ constants = {} }) => constants)) as Readonly<Record<string, string>>,
    read: (values) => {
      let profile: Profile = emptyProfile(column.dtype)
      let at = 0
      for (const { expressions, read } of parts) {
        profile = { ...profile, ...read(values.slice(at, at + expressions.length)) }
        at += expressions.length
      }
      return profile
    },
  }
}

function partsOf(column: ProfiledColumn): readonly Part[] {
  const x = quoteName(column.column)
  const counts = countsPart(x)
  switch (column.dtype) {
    case 'bool':
    case 'string': // prettier-ignore
      return [counts, categoriesPart(x, column.relation)]
    case 'timestamp':
      return [counts, extremesPart(x)]
    case 'int32':
    case 'int64': // prettier-ignore
      return [counts, extremesPart(x), ...numberParts(x, column)]
    case 'float32':
    case 'float64': // prettier-ignore
      return [counts, specialsPart(x), extremesPart(onlyFinite(x)), ...numberParts(onlyFinite(x), column)]
  }
}

/** NULL where the value is not finite. A FILTER says the same, and takes twice the time. */
function onlyFinite(x: string): string {
  return `CASE WHEN isfinite(${x}) THEN ${x} END`
}

function countsPart(x: string): Part {
  return {
    expressions: ['count(*)', `count(${x})`],
    read: ([rows, values]) => ({ rows: readCount(rows), nulls: readCount(rows) - readCount(values) }),
  }
}

function specialsPart(x: string): Part {
  return {
    expressions: [
      `coalesce(count_if(isnan(${x})), 0)`,
      `coalesce(count_if(${x} = 'inf'), 0)`,
      `coalesce(count_if(${x} = '-inf'), 0)`,
    ],
    read: ([nans, positive, negative]) => ({
      nans: readCount(nans),
      positiveInfinities: readCount(positive),
      negativeInfinities: readCount(negative),
    }),
  }
}

function extremesPart(x: string): Part {
  const read = (value: Cell | undefined) => (typeof value === 'number' || typeof value === 'bigint' ? value : null)
  return {
    expressions: [`min(${x})`, `max(${x})`],
    read: ([smallest, greatest]) => ({ smallest: read(smallest), greatest: read(greatest) }),
  }
}

/** `finite` is the value, and NULL where it is none. */
function numberParts(finite: string, column: ProfiledColumn): readonly Part[] {
  const parts = [momentsPart(finite, column), binsPart(finite, column.relation)]
  return column.edges === null ? parts : [...parts, histogramPart(quoteName(column.column), column.edges)]
}

/**
 * Sums of powers around a shift near the values, the mean of the first thousand: around 0 they would cancel where values are far from 0.
 * The sums are compensated (Kahan), so that the order of threads is seen in the last digits at most.
 */
function momentsPart(finite: string, { relation, column }: ProfiledColumn): Part {
  const name = `__shift:${column}`
  const value = `CAST(${finite} AS DOUBLE)`
  const few = `SELECT ${value} AS v FROM ${quoteName(relation)} WHERE (${finite}) IS NOT NULL LIMIT 1000`
  const distance = `(${value} - ${quoteName(name)})`
  const power = (times: number) => `fsum(${Array.from({ length: times }, () => distance).join(' * ')})`
  return {
    constants: { [name]: `SELECT coalesce(avg(v), 0) FROM (${few})` },
    expressions: [`count(${finite})`, `any_value(${quoteName(name)})`, power(1), power(2), power(3), power(4)],
    read: ([count, shift, ...sums]) => {
      const [s1 = 0, s2 = 0, s3 = 0, s4 = 0] = sums.map(Number)
      const moments = momentsFromSums(readCount(count), Number(shift), [s1, s2, s3, s4])
      return { moments: isFinite(moments) ? moments : null }
    },
  }
}

function isFinite(moments: Moments): boolean {
  return Object.values(moments).every((value) => Number.isFinite(value))
}

/** Leaves the engine as text: `-3=2,5=1`. A bin of a negative number stands at its index, moved below all those of positive ones. */
function binsPart(finite: string, relation: string): Part {
  const size = `abs(CAST(${finite} AS DOUBLE))`
  const index = `CAST(ceil(ln(${size}) / ${Math.log(growth)}) AS INTEGER)`
  const sign = `CASE WHEN ${finite} > 0 THEN 0 ELSE ${negativeOffset} END`
  const bin = `CASE WHEN ${size} >= ${smallestSize} THEN ${index} - ${sign} END`
  const bins = `SELECT k, count(*) AS n FROM (SELECT ${bin} AS k FROM ${quoteName(relation)}) WHERE k IS NOT NULL GROUP BY k`
  return {
    expressions: [
      `(SELECT string_agg(k || '=' || n, ',' ORDER BY k) FROM (${bins}))`,
      `coalesce(count_if(${size} < ${smallestSize}), 0)`,
    ],
    read: ([map = null, zeros]) => ({ bins: readBins(map, readCount(zeros)) }),
  }
}

/** More than there are bins of either sign. */
const negativeOffset = 1_000_000

function readBins(map: Cell, zeros: number): LogBins {
  const [positive, negative] = [new Map<number, number>(), new Map<number, number>()]
  for (const [, key, count] of String(map ?? '').matchAll(/(-?\d+)=(\d+)/g)) {
    const index = Number(key)
    if (index < -negativeOffset / 2) negative.set(index + negativeOffset, Number(count))
    else positive.set(index, Number(count))
  }
  return { positive, negative, zeros }
}

function histogramPart(x: string, edges: readonly number[]): Part {
  const count = (condition: string) => `count(*) FILTER (WHERE ${condition})`
  const literal = (edge: number | undefined) => `CAST('${edge}' AS DOUBLE)`
  const last = edges.length - 1
  const bins = edges.slice(0, -1).map((edge, index) => {
    return count(`${x} >= ${literal(edge)} AND ${x} ${index === last - 1 ? '<=' : '<'} ${literal(edges[index + 1])}`)
  })
  return {
    expressions: [
      count(`${x} < ${literal(edges[0])}`),
      count(`${x} > ${literal(edges[last])} AND NOT isnan(CAST(${x} AS DOUBLE))`),
      ...bins,
    ],
    read: ([underflow, overflow, ...counts]): { histogram: Histogram } => ({
      histogram: { edges, counts: counts.map(readCount), underflow: readCount(underflow), overflow: readCount(overflow) },
    }),
  }
}

/** One category more than is kept tells how often the others occur at most. */
function categoriesPart(x: string, relation: string): Part {
  const groups = `SELECT CAST(${x} AS VARCHAR) AS v, count(*) AS n FROM ${quoteName(relation)} WHERE ${x} IS NOT NULL GROUP BY ${x}`
  const top = `SELECT v, n FROM (${groups}) ORDER BY n DESC, v LIMIT ${keptCategories + 1}`
  return {
    // A length before each text: texts may hold whatever separates them.
    expressions: [`(SELECT string_agg(n || ':' || length(v) || ':' || v, '' ORDER BY n DESC, v) FROM (${top}))`],
    read: ([text = null]) => ({ categories: readCategories(String(text ?? '')) }),
  }
}

function readCategories(text: string): TopCategories {
  const characters = [...text]
  const all: Category[] = []
  for (let at = 0; at < characters.length;) {
    const head = /^(\d+):(\d+):/.exec(characters.slice(at, at + 40).join(''))
    if (head === null) throw new Error('categories are not as they were asked for')
    const start = at + head[0].length
    at = start + Number(head[2])
    all.push({ value: characters.slice(start, at).join(''), count: Number(head[1]), error: 0 })
  }
  const unlistedAtMost = all[keptCategories]?.count ?? 0
  return { limit: keptCategories, categories: all.slice(0, keptCategories), unlistedAtMost }
}
