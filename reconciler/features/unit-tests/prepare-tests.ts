/** Tests of a view with their rows read: which of them can be run, and with which cells. Pure. */
import type { EntityDefinition, ViewDefinition, ViewTest } from '../../core/feature-definition.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import type { Cell } from '../engine/engine.ts'
import { viewKeys } from '../views/join-view.ts'
import { readTestRows } from './read-test-rows.ts'
import type { TestInput } from './test-inputs.ts'

export interface PreparedTest {
  /** Number of the test, in the order of the view's. */
  readonly test: number
  readonly definition: ViewTest
  /** By name of the input; in the order of its columns. */
  readonly given: ReadonlyMap<string, readonly (readonly Cell[])[]>
  /** Rows of `expect`, in the order of `ExpectedColumns.all`. */
  readonly expected: readonly (readonly Cell[])[]
  /** None: it can be run. */
  readonly problems: readonly string[]
}

/** What a row of `expect` may say. */
export interface ExpectedColumns {
  readonly keys: readonly string[]
  /** False for static rows, which are true at any time. */
  readonly hasTime: boolean
  /** Keys, then the time, then features and aggregations. */
  readonly all: ReadonlyMap<string, FeatureDtype>
  readonly values: ReadonlyMap<string, FeatureDtype>
}

/** The name under which a row of `expect` says which time is asked about. */
export const timeColumn = 'at'

export function expectedColumns(view: ViewDefinition, entities: ReadonlyMap<string, EntityDefinition>): ExpectedColumns {
  const keys = viewKeys(view, entities).map(({ key, dtype }) => [key, dtype] as const)
  const values = [...view.features, ...view.aggregations].map(({ name, dtype }) => [name, dtype] as const)
  const hasTime = view.eventTime !== null
  return {
    keys: keys.map(([key]) => key),
    hasTime,
    all: new Map([...keys, ...(hasTime ? [[timeColumn, 'timestamp'] as const] : []), ...values]),
    values: new Map(values),
  }
}

export function prepareTests(
  tests: readonly ViewTest[],
  inputs: readonly TestInput[],
  columns: ExpectedColumns,
): readonly PreparedTest[] {
  const required = [...columns.keys, ...(columns.hasTime ? [timeColumn] : [])]
  return tests.map((definition, test) => {
    const given = inputs.map(({ name, columns: asked }) => {
      const rows = definition.given[name] ?? []
      return [name, readTestRows(rows, { place: `given ${name}`, columns: asked, required: [] })] as const
    })
    const expected = readTestRows(definition.expect, { place: 'expect', columns: columns.all, required })
    return {
      test,
      definition,
      given: new Map(given.map(([name, { cells }]) => [name, cells])),
      expected: expected.cells,
      problems: [...given.flatMap(([, { problems }]) => problems), ...expected.problems],
    }
  })
}
