/** `mainward features test`: the unit tests of views, and with --data what must hold for the rows of sources and views. */
import { MainwardError } from '../core/error.ts'
import { formatInstant } from '../core/instant.ts'
import { checkData } from '../features/checks/check-data.ts'
import { isSound, type ChecksReport } from '../features/checks/checks-report.ts'
import { openEngine } from '../features/engine/open-engine.ts'
import { runUnitTests, type UnitTestReport } from '../features/unit-tests/run-unit-tests.ts'
import { edgesOf } from '../features/statistics/compute-view-statistics.ts'
import { digestFeatures } from '../manifests/features/feature-digests.ts'
import { dependentsOf } from '../manifests/graph.ts'
import type { ViewStatistics } from '../profiles/view-statistics.ts'
import { type CommandDefinition, type CommandInput, flagOption, textOption } from './command.ts'
import type { CliContext } from './context.ts'
import { chooseViews } from './features/choose-views.ts'
import { computationOptions, readAsOf } from './features/engine-options.ts'
import { type OpenFeatures, withFeatures } from './features/open-features.ts'
import { createProgress, type Progress } from './features/progress.ts'
import { renderChecks } from './features/render-checks.ts'
import { computeStatisticsOf, keepAll, readKept } from './features/statistics-options.ts'
import { isPassed, renderUnitTests } from './features/render-unit-tests.ts'

/** How long one statement of a unit test may take, in milliseconds: its rows were typed by a person. */
const testLimitMs = 20_000

export const featuresTestCommand: CommandDefinition = {
  details:
    'Gives the rows of each test to its view, computes as for training and for serving, and compares with what is\n' +
    'expected. With --data also evaluates the expectations of sources and views, and freshness and volume of sources, on the\n' +
    'rows that are there; --as-of is the data clock then. Exit code 1 when a test is not passed, when the rows of a source\n' +
    'cannot be read, or when a critical check failed or could not be evaluated.',
  arguments: [{ usage: '[view...]', description: 'names of views; with --data also the sources that they read (default: all)' }],
  options: [
    { flags: '--data', description: 'also check the rows of sources and views' },
    {
      flags: '--keep-statistics',
      description: 'with --data: keep statistics of the views beside the artifacts, for features show and the admin API',
    },
    ...computationOptions,
    { flags: '--json', description: 'for programs' },
  ],
  examples: [
    { line: 'features test', explains: 'the unit tests of all views of the working tree here' },
    { line: 'features test airport_weather --ref main', explains: 'of one view, as it is on main' },
    { line: 'features test --data --keep-statistics', explains: 'and keep what the values are, for the catalogue' },
    { line: 'features test --data --as-of 2013-06-01', explains: 'what holds for the data as it was known in June, too' },
  ],
  async run(context, input) {
    if (textOption(input, 'asOf') !== null && !flagOption(input, 'data')) {
      throw new MainwardError('usage', '--as-of is the data clock of --data: expected both', {
        hint: 'times of unit tests are in their rows',
      })
    }
    if (flagOption(input, 'keepStatistics') && !flagOption(input, 'data')) {
      throw new MainwardError('usage', '--keep-statistics is for --data: expected both', {
        hint: 'unit tests read no data',
      })
    }
    const { tests, data } = await withFeatures(context, input, (features) => testFeatures(context, input, features))
    const passed = isPassed(tests) && (data === null || isSound(data))
    const { terminal } = context
    if (flagOption(input, 'json')) terminal.write(`${JSON.stringify(toJson(tests, data, passed), null, 2)}\n`)
    else terminal.write(renderUnitTests(tests, terminal.style) + (data === null ? '' : `\n${renderChecks(data, terminal.style)}`))
    return passed ? 0 : 1
  },
}

interface Tested {
  readonly tests: UnitTestReport
  /** Null without --data. */
  readonly data: ChecksReport | null
}

async function testFeatures(context: CliContext, input: CommandInput, features: OpenFeatures): Promise<Tested> {
  const { definitions, engine } = features
  const views = chooseViews(definitions, input.arguments)
  const nowMicros = readAsOf(context, input)
  const open = async () => {
    // One thread: a test has few rows.
    const opened = await openEngine({ ...engine, threads: 1, timeLimitMs: testLimitMs })
    await opened.lock()
    return opened
  }
  const tests = await runUnitTests(open, definitions, views)
  if (!flagOption(input, 'data')) return { tests, data: null }
  const progress = createProgress(context.terminal)
  const sources = input.arguments.length === 0 ? [...definitions.sources.keys()] : []
  const data = await checkData({
    definitions,
    wanted: { views, sources },
    ports: features.ports,
    nowMicros,
    readersOf: (id) => dependentsOf(features.graph, id).filter((reader) => /^(FeatureView|Model)\//.test(reader)),
    withProfiles: false,
    engine: { ...engine, ...progress.engine },
    onStep: ({ kind, name }) => progress.step(`${kind}/${name}`),
  }).finally(progress.end)
  if (flagOption(input, 'keepStatistics')) await keepStatisticsOf(context, input, features, { data, asOf: nowMicros, progress })
  return { tests, data }
}

interface KeepWish {
  readonly data: ChecksReport
  readonly asOf: bigint
  readonly progress: Progress
}

/** Of the views whose rows can be had. Histograms keep their edges as long as the definition is the same. */
async function keepStatisticsOf(
  context: CliContext,
  input: CommandInput,
  features: OpenFeatures,
  { data, asOf, progress }: KeepWish,
): Promise<void> {
  const { resources } = features
  const digests = digestFeatures(resources).views
  const views = data.relations.filter(({ kind, problem }) => kind === 'FeatureView' && problem === null).map(({ name }) => name)
  if (views.length === 0) return
  const earlier: ViewStatistics[] = []
  for (const view of views) {
    const digest = digests.get(view)
    const kept = digest === undefined ? null : await readKept(context, input, resources, digest)
    if (kept !== null) earlier.push(kept)
  }
  const wish = { views, asOf, edges: edgesOf(earlier), progress }
  await keepAll(context, input, resources, await computeStatisticsOf(context, features, wish).finally(progress.end))
}

function toJson({ results, untested }: UnitTestReport, data: ChecksReport | null, passed: boolean) {
  const shown = data && {
    asOf: formatInstant(data.atMicros),
    passed: isSound(data),
    relations: data.relations.map(({ profiles: _, ...relation }) => relation),
  }
  return { passed, tests: results, untested, ...(shown === null ? {} : { data: shown }) }
}
