/** Evaluates expectations through the engine: one statement for all of one relation, and one more for each that failed. */
import { MainwardError } from '../../core/error.ts'
import { expectationDefinitions, isExpectationName, type ExpectationShape } from '../../core/expectation.ts'
import type { Expectation } from '../../core/feature-definition.ts'
import type { Cell, Engine, EngineRow } from '../engine/engine.ts'
import { buildCheck } from './build-check.ts'
import { buildExamples } from './build-examples.ts'
import { buildScan, type Question } from './build-scan.ts'
import { notEvaluated, type Check, type Judgement } from './check.ts'
import type { CheckedRelation } from './checked-relation.ts'

export interface Example {
  /** Which row it is: the values of the relation's identity. */
  readonly row: Readonly<Record<string, Cell>>
  /** The values that the expectation is about. */
  readonly values: Readonly<Record<string, Cell>>
}

export interface ExpectationResult extends Judgement {
  readonly expectation: Expectation
  /** Percent of the rows with a value, 0 to 100; null where none is counted, or there is no value. */
  readonly unexpectedPercent: number | null
  /** At most twenty unexpected rows. */
  readonly examples: readonly Example[]
}

/** Expectations whose unexpected things are rows. */
const countedShapes: readonly ExpectationShape[] = ['values', 'rows']

interface Checked {
  readonly expectation: Expectation
  readonly check: Check
}

/**
 * One result an expectation, in their order. One that the engine refuses is not evaluated, and does not keep the others from being. The
 * engine should be locked: row conditions are SQL that people wrote. Throws what the engine throws when a limit or a signal ended it.
 */
export async function evaluateExpectations(
  engine: Engine,
  relation: CheckedRelation,
  expectations: readonly Expectation[],
): Promise<readonly ExpectationResult[]> {
  return (await evaluateWith(engine, relation, expectations, [])).results
}

export interface Evaluation {
  readonly results: readonly ExpectationResult[]
  /** The values of the other questions, in their order. */
  readonly values: readonly (readonly Cell[])[]
}

/** As `evaluateExpectations`, with other questions to the same rows in the same statement. What they fail with is thrown. */
export async function evaluateWith(
  engine: Engine,
  relation: CheckedRelation,
  expectations: readonly Expectation[],
  others: readonly Question[],
): Promise<Evaluation> {
  const checked = expectations.map((expectation) => ({ expectation, check: buildCheck({ expectation, relation }) }))
  const scan = buildScan(relation.name, [...others, ...checked.map(({ check }) => check)])
  const answer = await tryQuery(engine, scan.sql)
  const results: ExpectationResult[] = []
  if ('row' in answer) {
    for (const [index, one] of checked.entries()) {
      const judgement = one.check.judge(scan.valuesOf(others.length + index, answer.row))
      results.push(await withExamples(engine, relation, one, judgement))
    }
    return { results, values: others.map((_, index) => scan.valuesOf(index, answer.row)) }
  }
  // One of them spoils the statement: each alone tells which.
  for (const one of checked) results.push(await withExamples(engine, relation, one, await judgeAlone(engine, relation, one)))
  const rest = buildScan(relation.name, others)
  const row = rest.sql === null ? undefined : (await engine.query(rest.sql))[0]
  return { results, values: others.map((_, index) => rest.valuesOf(index, row)) }
}

type Answer = { readonly row: EngineRow | undefined } | { readonly failure: string }

async function tryQuery(engine: Engine, sql: string | null): Promise<Answer> {
  if (sql === null) return { row: undefined }
  try {
    return { row: (await engine.query(sql))[0] }
  } catch (thrown) {
    return { failure: refusalOf(thrown) }
  }
}

/** What the engine said of a statement that it refused. What ended the engine, and bugs, go on. */
function refusalOf(thrown: unknown): string {
  if (thrown instanceof MainwardError && thrown.code === 'engine-failed') return thrown.message
  throw thrown
}

async function judgeAlone(engine: Engine, relation: CheckedRelation, { check }: Checked): Promise<Judgement> {
  const scan = buildScan(relation.name, [check])
  const answer = await tryQuery(engine, scan.sql)
  return 'row' in answer ? check.judge(scan.valuesOf(0, answer.row)) : notEvaluated(`the engine refused it: ${answer.failure}`)
}

async function withExamples(
  engine: Engine,
  relation: CheckedRelation,
  { expectation, check }: Checked,
  judgement: Judgement,
): Promise<ExpectationResult> {
  const failed = judgement.verdict === 'failed' && check.unexpected !== null && judgement.unexpectedCount !== 0
  const rows = failed && check.unexpected !== null ? await engine.query(buildExamples(relation, check.unexpected)) : []
  const columns = check.unexpected?.columns ?? []
  const pick = (row: EngineRow, names: readonly string[]) => Object.fromEntries(names.map((name) => [name, row[name] ?? null]))
  const examples = rows.map((row) => ({ row: pick(row, relation.identity), values: pick(row, columns) }))
  return { ...judgement, expectation, unexpectedPercent: percentOf(judgement, expectation), examples }
}

function percentOf({ elementCount, missingCount, unexpectedCount }: Judgement, { name }: Expectation): number | null {
  if (!isExpectationName(name) || !countedShapes.includes(expectationDefinitions[name].shape)) return null
  if (elementCount === null || missingCount === null || unexpectedCount === null || elementCount === missingCount) return null
  return (100 * unexpectedCount) / (elementCount - missingCount)
}
