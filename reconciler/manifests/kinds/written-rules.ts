/** Rules as they are written in a Gate or a FairnessPolicy to rules with every default filled, and what they mean. */
import type { Json } from '../../core/digest.ts'
import { metricCatalogue } from '../../core/metric-catalogue.ts'
import type { Bound, MetricRule, Rule } from '../../core/rule.ts'
import { expressionMeaning } from '../../expressions/expression-meaning.ts'
import type { WrittenFairnessRule } from '../generated/fairnesspolicy.ts'
import type { WrittenRule } from '../generated/gate.ts'
import { writtenMembers } from './request-features.ts'

/** What makes a rule one of a sort; exactly one of them is written. */
export const ruleSorts = ['metric', 'tests', 'expectations', 'dataChecks', 'cel'] as const

/** Exactly one of them is written for a metric. */
export const boundFields = ['atLeast', 'atMost', 'noWorseThan', 'betterThan', 'ratioAtLeast', 'differenceAtMost'] as const

export type BoundField = (typeof boundFields)[number]

/** What a version can be compared with in a gate. */
export const gateReferences = ['production', 'baseline'] as const

export function writtenBounds(written: Readonly<Partial<Record<BoundField, unknown>>>): readonly BoundField[] {
  return boundFields.filter((field) => written[field] !== undefined)
}

export function writtenSorts(written: WrittenRule): readonly (typeof ruleSorts)[number][] {
  return ruleSorts.filter((sort) => written[sort] !== undefined)
}

/** Null where a check of the manifest says why: it is no rule of one sort with one bound. */
export function readRule(written: WrittenRule): Rule | null {
  if (writtenSorts(written).length !== 1) return null
  const { metric, cel, severity = 'critical', onInconclusive = 'block' } = written
  const base = { severity, onInconclusive }
  if (metric !== undefined) return readMetricRule({ ...written, metric })
  if (cel !== undefined) return { type: 'expression', name: written.name ?? cel, ...base, cel }
  const type = written.tests !== undefined ? 'tests' : written.expectations !== undefined ? 'expectations' : 'dataChecks'
  return { type, name: written.name ?? type, ...base, names: written[type] ?? 'all' }
}

/** Likewise. Its name says nothing of groups that are not written. */
export function readMetricRule(written: WrittenFairnessRule): MetricRule | null {
  const bound = readBound(written)
  if (bound === null) return null
  const by = columnsOf(written.by)
  return {
    type: 'metric',
    name: written.name ?? nameRule(written.metric, bound, by),
    severity: written.severity ?? 'critical',
    onInconclusive: written.onInconclusive ?? 'block',
    metric: written.metric,
    by,
    minGroup: written.minGroup ?? null,
    judge: written.judge ?? 'interval',
    bound,
  }
}

export function columnsOf(by: string | readonly string[] | undefined): readonly string[] {
  return by === undefined ? [] : typeof by === 'string' ? [by] : by
}

/** ` by race and sex`, behind the name of a rule. */
export function nameColumns(by: readonly string[]): string {
  return by.length === 0 ? '' : ` by ${by.join(' and ')}`
}

const boundWords: Readonly<Record<Bound['type'], string>> = {
  atLeast: 'at least',
  atMost: 'at most',
  noWorseThan: 'no worse than',
  betterThan: 'better than',
  ratioAtLeast: 'ratio',
  differenceAtMost: 'difference',
}

function nameRule(metric: string, bound: Bound, by: readonly string[]): string {
  const reference = 'reference' in bound ? ` ${bound.reference}` : ''
  return `${metric} ${boundWords[bound.type]}${reference}${nameColumns(by)}`
}

function readBound(written: WrittenFairnessRule): Bound | null {
  const [type, ...others] = writtenBounds(written)
  if (type === undefined || others.length > 0) return null
  const value = written[type]
  if (typeof value === 'number') return { type: type as 'atLeast', value }
  const reference = gateReferences.find((name) => name === value)
  if (reference === undefined || metricCatalogue[written.metric]?.better === 'none') return null
  return { type: type as 'noWorseThan', reference, margin: written.margin ?? 0 }
}

/** One column is the list of it; an expression is what it means. */
export function rulesMeaning(rules: readonly (WrittenRule | WrittenFairnessRule)[]): Json {
  return rules.map((rule) => {
    const { by, cel, ...written }: WrittenRule = rule
    return writtenMembers({
      ...written,
      by: by === undefined ? undefined : columnsOf(by),
      cel: cel === undefined ? undefined : expressionMeaning(cel),
    })
  })
}
