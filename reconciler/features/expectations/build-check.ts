/** The one registry of how expectations are asked. */
import { MainwardError } from '../../core/error.ts'
import { expectationDefinitions, isExpectationName, type ExpectationName } from '../../core/expectation.ts'
import { aggregateChecks } from './aggregate-checks.ts'
import type { Asked } from './asked.ts'
import { notEvaluated, type Check } from './check.ts'
import { rowChecks } from './row-checks.ts'
import { tableChecks } from './table-checks.ts'
import { valueChecks } from './value-checks.ts'

const builders = { ...valueChecks, ...rowChecks, ...aggregateChecks, ...tableChecks } satisfies Record<
  ExpectationName,
  (asked: Asked) => Check
> as Readonly<Record<ExpectationName, (asked: Asked) => Check>>

/** How the expectation is asked. Throws `unsupported` for a name that this version does not know. */
export function buildCheck(asked: Asked): Check {
  const { name } = asked.expectation
  if (!isExpectationName(name)) throw new MainwardError('unsupported', `expected the name of an expectation, found ${name}`)
  const impossible = whyImpossible(name, asked)
  if (impossible !== null) return { expressions: [], judge: () => notEvaluated(impossible), unexpected: null }
  return builders[name](asked)
}

/** Why it cannot be asked of this relation, whatever its rows are; null when it can. */
function whyImpossible(name: ExpectationName, { expectation, relation }: Asked): string | null {
  const definition = expectationDefinitions[name]
  if (definition.sequential && relation.sequence === null) return `the rows of ${relation.name} have no order`
  const named = Object.entries(definition.arguments).flatMap(([argument, { type }]) => {
    const value = expectation.arguments[argument]
    if (type === 'column') return [value as string]
    return type === 'columns' ? (value as readonly string[]) : []
  })
  const missing = named.filter((column) => !relation.columns.has(column))
  return missing.length === 0 ? null : `there is no column ${missing.join(', ')} in ${relation.name}`
}
