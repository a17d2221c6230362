/**
 * Expectations as they are written in a manifest, `[{ expect_…: { argument: value } }]`: what is wrong with them, given the columns that
 * they speak of, and what they mean. It knows no kind of manifest, and evaluates nothing.
 */
import type { Json } from '../core/digest.ts'
import {
  expectationDefinitions,
  expectationNames,
  isExpectationName,
  sharedArguments,
  type ExpectationDefinition,
} from '../core/expectation.ts'
import type { Expectation, ExpectationSeverity } from '../core/feature-definition.ts'
import type { FeatureDtype } from '../core/feature-dtype.ts'
import { checkArgument, describeArgument, findWrongOrder, type ArgumentFlaw } from './expectation-arguments.ts'
import { findUnknownColumns, findWrongColumns, findWrongValues, readDtypes } from './expectation-columns.ts'
import { escapePointer } from './kinds/request-features.ts'
import { didYouMean, listNames } from './nearest-name.ts'

/** `expectation-name`: unknown; `-argument`: unknown, missing, of a wrong type or value; `-column`: unknown, or of a dtype that does not fit. */
export type ExpectationRule = 'expectation-name' | 'expectation-argument' | 'expectation-column'

export interface ExpectationProblem {
  readonly rule: ExpectationRule
  readonly message: string
  readonly hint?: string | undefined
}

/** Takes a problem at a JSON pointer of the manifest, or at the key itself. */
export type ReportExpectation = (pointer: string, problem: ExpectationProblem, part?: 'key') => void

/** What is known of the rows that expectations are asked of. */
export interface ExpectedRelation {
  /** Every column by name, in order. */
  readonly columns: ReadonlyMap<string, FeatureDtype>
  /** Whether its rows come in an order, as those of a source do; the rows of a view do not. */
  readonly ordered: boolean
}

type WrittenArguments = Readonly<Record<string, Json>>

/** Reports everything that is wrong. `pointer` is where the list stands, as `/spec/expectations`. */
export function checkExpectations(
  written: readonly Json[],
  pointer: string,
  relation: ExpectedRelation,
  report: ReportExpectation,
): void {
  written.forEach((entry, index) => {
    const single = readEntry(entry)
    if (single === null) {
      const message = `expected one expectation with its arguments, found ${describeArgument(entry)}`
      report(`${pointer}/${index}`, { rule: 'expectation-argument', message, hint: 'write - expect_…: { column: … }' })
      return
    }
    const [name, written] = single
    const at = `${pointer}/${index}/${escapePointer(name)}`
    if (!isExpectationName(name)) {
      const message = `expected the name of an expectation, found ${JSON.stringify(name)}`
      report(
        at,
        { rule: 'expectation-name', message, hint: didYouMean(name, expectationNames) ?? 'see docs/features/expectations.md' },
        'key',
      )
      return
    }
    if (!isArguments(written)) {
      const message = `expected the arguments of ${name}, found ${describeArgument(written)}`
      report(at, { rule: 'expectation-argument', message })
      return
    }
    checkOne(written, { definition: expectationDefinitions[name], at, relation, report })
  })
}

/** What sound expectations mean, with every default filled. Arguments that are null count as not written. */
export function readExpectations(written: readonly Json[]): readonly Expectation[] {
  return written.map((entry) => {
    const [name, written] = readEntry(entry) ?? ['', null]
    if (!isExpectationName(name) || !isArguments(written)) throw new Error(`an unchecked expectation: ${JSON.stringify(entry)}`)
    const { mostly, row_condition, severity, ...own } = dropNulls(written)
    const defaults = Object.entries(expectationDefinitions[name].arguments).map(([key, value]) => [key, value.default] as const)
    return {
      name,
      arguments: { ...dropNulls(Object.fromEntries(defaults)), ...own },
      mostly: (mostly as number | undefined) ?? 1,
      rowCondition: (row_condition as string | undefined) ?? null,
      severity: (severity as ExpectationSeverity | undefined) ?? 'critical',
    }
  })
}

function readEntry(entry: Json): readonly [string, Json] | null {
  if (!isArguments(entry)) return null
  const [first, ...others] = Object.entries(entry)
  return first === undefined || others.length > 0 ? null : first
}

function isArguments(value: Json): value is WrittenArguments {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function dropNulls(written: WrittenArguments): WrittenArguments {
  return Object.fromEntries(Object.entries(written).filter(([, value]) => value !== null))
}

interface Asked {
  readonly definition: ExpectationDefinition
  readonly at: string
  readonly relation: ExpectedRelation
  readonly report: ReportExpectation
}

function checkOne(written: WrittenArguments, asked: Asked): void {
  const { definition, at, relation, report } = asked
  const { columns } = relation
  checkNames(written, asked)
  const sound: Record<string, Json> = {}
  const tell = (rule: ExpectationRule) => {
    return ({ pointer, message, hint }: ArgumentFlaw): void => {
      report(`${at}${pointer}`, { rule, message, hint })
    }
  }
  for (const [name, value] of Object.entries(dropNulls(written))) {
    const flaws = checkArgument(name, value, definition)
    flaws.forEach(tell('expectation-argument'))
    if (flaws.length === 0) sound[name] = value
  }
  const unknown = findUnknownColumns(sound, definition, columns)
  unknown.forEach(tell('expectation-column'))
  const dtypes = readDtypes(sound, definition, columns)
  if (dtypes !== null) {
    const wrong = findWrongColumns({ definition, dtypes, ordered: relation.ordered })
    wrong.forEach(tell('expectation-column'))
    if (wrong.length === 0) findWrongValues(sound, definition, dtypes).forEach(tell('expectation-argument'))
  }
  findWrongOrder(sound, definition).forEach(tell('expectation-argument'))
}

function checkNames(written: WrittenArguments, { definition, at, report }: Asked): void {
  const known = [...Object.keys(definition.arguments), ...sharedArguments(definition)]
  for (const name of Object.keys(written)) {
    if (known.includes(name)) continue
    const message = `expected an argument of the expectation (${listNames(known)}), found ${JSON.stringify(name)}`
    report(
      `${at}/${escapePointer(name)}`,
      { rule: 'expectation-argument', message, hint: didYouMean(name, known) ?? hintForeign(name) },
      'key',
    )
  }
  const given = new Set(Object.keys(dropNulls(written)))
  for (const [name, { required }] of Object.entries(definition.arguments)) {
    if (required && !given.has(name))
      report(at, { rule: 'expectation-argument', message: `expected the argument ${name}, found none` }, 'key')
  }
  if (definition.oneOf.length > 0 && !definition.oneOf.some((name) => given.has(name))) {
    report(
      at,
      { rule: 'expectation-argument', message: `expected at least one of ${definition.oneOf.join(' and ')}, found neither` },
      'key',
    )
  }
}

/** Arguments that Great Expectations has, and this program has not. */
function hintForeign(name: string): string | undefined {
  if (name === 'condition_parser') return 'leave it out: a row_condition is SQL'
  if (['meta', 'notes', 'description'].includes(name)) return 'write it as a comment'
  if (['result_format', 'catch_exceptions', 'id', 'windows'].includes(name)) return 'leave it out'
  return undefined
}
