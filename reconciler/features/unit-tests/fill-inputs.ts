/** Loads the rows that tests of a view give, all of them at once, and puts those of one test into the view's inputs. */
import type { Cell, Engine } from '../engine/engine.ts'
import { inBatches } from '../engine/in-batches.ts'
import { quoteName } from '../engine/quote.ts'
import { sqlTypes } from '../sources/sql-types.ts'
import type { TestInput } from './test-inputs.ts'

export interface GivenRows {
  /** Number of the test. */
  readonly test: number
  /** In the order of the input's columns. */
  readonly cells: readonly (readonly Cell[])[]
}

function givenRelation({ name }: TestInput): string {
  return `given:${name}`
}

export async function loadGiven(engine: Engine, input: TestInput, given: readonly GivenRows[]): Promise<void> {
  const columns = [
    { name: '__test', type: 'BIGINT' },
    { name: '__row', type: 'BIGINT' },
    ...[...input.columns].map(([name, dtype]) => ({ name, type: sqlTypes[dtype] })),
  ]
  const rows = given.flatMap(({ test, cells }) => cells.map((row, index) => [BigInt(test), BigInt(index), ...row]))
  await engine.load(
    givenRelation(input),
    columns,
    inBatches(rows, (row) => row),
  )
}

/** Statements: the input then has the rows of this test and no other, in their order. */
export function buildFill(input: TestInput, test: number): string {
  const relation = quoteName(input.relation)
  const names = [...input.types.keys()].filter((name) => name === '__row' || input.columns.has(name))
  const values = names.map((name) => castCell(input, name))
  const timed = input.eventTime === null ? '' : ` and ${quoteName(input.eventTime)} is not null`
  return (
    `delete from ${relation};\ninsert into ${relation} (${names.map(quoteName).join(', ')}) ` +
    `select ${values.join(', ')} from ${quoteName(givenRelation(input))} where "__test" = ${test}${timed} order by "__row"`
  )
}

function castCell({ columns, types }: TestInput, name: string): string {
  const dtype = columns.get(name)
  const type = types.get(name)
  return dtype === undefined || sqlTypes[dtype] === type ? quoteName(name) : `cast(${quoteName(name)} as ${type})`
}

export interface LostValue {
  readonly test: number
  readonly problem: string
}

/** Values that the engine's type of their column does not hold: a view may make an INTEGER of what it declares as float64. */
export async function findLostValues(engine: Engine, input: TestInput): Promise<readonly LostValue[]> {
  const lost: LostValue[] = []
  for (const [name, dtype] of input.columns) {
    const type = input.types.get(name)
    if (type === undefined || sqlTypes[dtype] === type) continue
    const column = quoteName(name)
    const back = `try_cast(try_cast(${column} as ${type}) as ${sqlTypes[dtype]})`
    const rows = await engine.query(
      `select "__test", "__row", cast(${column} as VARCHAR) as shown from ${quoteName(givenRelation(input))}
       where ${back} is distinct from ${column} order by "__test", "__row" limit 100`,
    )
    for (const { __test, __row, shown } of rows) {
      const place = `given ${input.name}, row ${String(__row)}, column ${name}`
      const problem = `${place}: expected a value that the view ${input.name} can have (${type}), found ${String(shown)}`
      lost.push({ test: Number(__test), problem })
    }
  }
  return lost
}
