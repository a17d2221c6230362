/** Runs the unit tests of many views in one engine, and goes on in another one when a test ended it. */
import { MainwardError } from '../../core/error.ts'
import type { ViewDefinition, ViewTest } from '../../core/feature-definition.ts'
import type { FeatureDefinitions } from '../../manifests/feature-definitions.ts'
import type { Engine } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'
import { runViewTests } from './run-view-tests.ts'
import type { TestDefinitions } from './test-inputs.ts'
import type { ViewTestResult } from './test-result.ts'

export interface UnitTestReport {
  /** By view, in the order in which they were wanted, then in that of their tests. */
  readonly results: readonly ViewTestResult[]
  /** Names of the views that have no test. */
  readonly untested: readonly string[]
}

/** So many tests of one view may end the engine, each within its limits, before the others are left alone. */
const mostEnded = 3

/** `open` gives a locked engine without relations, with limits on time and memory. Throws what `open` throws, and `cancelled`. */
export async function runUnitTests(
  open: () => Promise<Engine>,
  definitions: TestDefinitions & Pick<FeatureDefinitions, 'viewRules'>,
  wanted: readonly string[],
): Promise<UnitTestReport> {
  const runner = new TestRunner(open, definitions)
  const results: ViewTestResult[] = []
  const untested: string[] = []
  try {
    for (const name of wanted) {
      const view = definitions.views.get(name)
      if (view === undefined) throw new MainwardError('not-found', `there is no view ${name}`)
      const tests = definitions.viewRules.get(name)?.tests ?? []
      if (tests.length === 0) untested.push(name)
      else results.push(...(await runner.run(view, tests)))
    }
    return { results, untested }
  } finally {
    await runner.close()
  }
}

class TestRunner {
  readonly #open: () => Promise<Engine>
  readonly #definitions: TestDefinitions
  #engine: Engine | null = null

  constructor(open: () => Promise<Engine>, definitions: TestDefinitions) {
    this.#open = open
    this.#definitions = definitions
  }

  /** A limit that all of them reach is that of one: each alone tells which. */
  async run(view: ViewDefinition, tests: readonly ViewTest[]): Promise<readonly ViewTestResult[]> {
    const all = await this.#try(view, tests)
    if (typeof all !== 'string') return all
    const results: ViewTestResult[] = []
    let ended = tests.length === 1 ? mostEnded : 0
    for (const test of tests) {
      const one = ended < mostEnded ? await this.#try(view, [test]) : `${all} (in the tests of this view together)`
      if (typeof one === 'string') ended += 1
      results.push(...(typeof one === 'string' ? [endedBy(view, test, one)] : one))
    }
    return results
  }

  /** The results, or by which limit the engine was ended. */
  async #try(view: ViewDefinition, tests: readonly ViewTest[]): Promise<readonly ViewTestResult[] | string> {
    const engine = (this.#engine ??= await this.#open())
    try {
      const results = await runViewTests(engine, view, tests, this.#definitions)
      await dropRelations(engine)
      return results
    } catch (thrown) {
      await this.close()
      if (!(thrown instanceof MainwardError) || thrown.code !== 'engine-limit') throw thrown
      return thrown.message
    }
  }

  async close(): Promise<void> {
    await this.#engine?.close()
    this.#engine = null
  }
}

function endedBy({ name }: ViewDefinition, test: ViewTest, problem: string): ViewTestResult {
  return { view: name, test: test.name, verdict: 'not-run', problems: [problem], differences: [] }
}

/** The next view finds an empty engine. */
async function dropRelations(engine: Engine): Promise<void> {
  const rows = await engine.query(
    `select 'view' as kind, view_name as name from duckdb_views() where not internal
     union all select 'table', table_name from duckdb_tables() where not internal`,
  )
  const drops = rows.map(({ kind, name }) => `drop ${String(kind)} ${quoteName(String(name))}`)
  if (drops.length > 0) await engine.query(drops.join(';\n'))
}
