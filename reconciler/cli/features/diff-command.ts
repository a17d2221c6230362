/** `mainward features diff`: definitions, and statistics of data, of two commits side by side, and which models become stale between them. */
import { resolve } from 'node:path'
import { diffDefinitions, type DefinitionDiff, type DefinitionSide } from '../../governance/catalogue/diff-definitions.ts'
import { diffStatistics, type StatisticsDiff } from '../../governance/catalogue/diff-statistics.ts'
import { edgesOf, type KnownEdges } from '../../features/statistics/compute-view-statistics.ts'
import type { ViewStatistics } from '../../profiles/view-statistics.ts'
import { type CommandDefinition, type CommandInput, flagOption, textOption } from '../command.ts'
import type { CliContext } from '../context.ts'
import { readManifests } from '../manifests/read-manifests.ts'
import { computationOptions, readAsOf } from './engine-options.ts'
import { namedByCaller } from './named-by-caller.ts'
import { withFeatures } from './open-features.ts'
import { createProgress, type Progress } from './progress.ts'
import { requireResources } from './read-resources.ts'
import { renderDefinitionDiff } from './render-changes.ts'
import { renderStatisticsDiff } from './render-statistics.ts'
import { computeStatisticsOf, requireStatistics } from './statistics-options.ts'

export const diffFeaturesCommand: CommandDefinition = {
  details:
    'Definitions side by side. With --statistics also what the values are, each side from its own definitions and files, in histograms\n' +
    'of the same edges, with PSI and Jensen-Shannon distance. One commit on both sides and two times compare the data alone.',
  arguments: [
    { usage: '<before>', description: 'a commit, branch or tag' },
    { usage: '<after>', description: 'another one' },
    { usage: '[view]', description: 'only this view' },
  ],
  options: [
    { flags: '--statistics', description: 'also compute and compare statistics of the values' },
    { flags: '--before-as-of <time>', description: 'of the first side, in place of --as-of' },
    ...computationOptions.filter(({ flags }) => !flags.startsWith('--ref')),
    { flags: '--json', description: 'for programs' },
  ],
  examples: [
    { line: 'features diff main HEAD', explains: 'what a branch changes' },
    { line: 'features diff v1 v2 airport_weather', explains: 'one view between two tags' },
    {
      line: 'features diff main main airport_weather --statistics --before-as-of 2013-03-01 --as-of 2013-06-01',
      explains: 'how its values changed in spring',
    },
  ],
  async run(context, input) {
    const { configuration, terminal } = context
    requireStatistics(input, ['asOf', 'beforeAsOf'])
    const folder = resolve(configuration.folder, textOption(input, 'path') ?? '.')
    const [before = '', after = '', view = null] = input.arguments
    const sides = [await readSide(folder, before), await readSide(folder, after)] as const
    const diff = namedByCaller(() => diffDefinitions(...sides, view))
    const statistics = flagOption(input, 'statistics') ? await compareData(context, input, view) : null
    terminal.write(flagOption(input, 'json') ? renderJson(diff, statistics) : renderText(diff, statistics))
    return 0
  },
}

async function readSide(folder: string, ref: string): Promise<DefinitionSide> {
  const source = await readManifests(folder, ref)
  return { origin: source.origin, resources: requireResources(source) }
}

/** Histograms of the second side take the edges of the first. */
async function compareData(context: CliContext, input: CommandInput, view: string | null): Promise<readonly StatisticsDiff[]> {
  const [before = '', after = ''] = input.arguments
  const given = textOption(input, 'beforeAsOf') ?? textOption(input, 'asOf')
  const progress = createProgress(context.terminal)
  const compute = (ref: string, asOf: string | null, edges: KnownEdges): Promise<readonly ViewStatistics[]> => {
    const options = { ...input.options, ref, asOf: asOf ?? undefined }
    return computeSide(context, { ...input, options }, { view, edges, progress })
  }
  try {
    const old = await compute(before, given, new Map())
    return diffStatistics(old, await compute(after, textOption(input, 'asOf'), edgesOf(old)))
  } finally {
    progress.end()
  }
}

interface SideWish {
  /** Null: all. */
  readonly view: string | null
  readonly edges: KnownEdges
  readonly progress: Progress
}

/** A view that is not on this side has no statistics. */
function computeSide(
  context: CliContext,
  input: CommandInput,
  { view, edges, progress }: SideWish,
): Promise<readonly ViewStatistics[]> {
  const asOf = readAsOf(context, input)
  return withFeatures(context, input, async (features) => {
    const views = [...features.definitions.views.keys()].filter((name) => view === null || name === view)
    return views.length === 0 ? [] : computeStatisticsOf(context, features, { views, asOf, edges, progress })
  })
}

function renderText(diff: DefinitionDiff, statistics: readonly StatisticsDiff[] | null): string {
  return renderDefinitionDiff(diff) + (statistics === null ? '' : renderStatisticsDiff(statistics))
}

function renderJson(diff: DefinitionDiff, statistics: readonly StatisticsDiff[] | null): string {
  return `${JSON.stringify(statistics === null ? diff : { ...diff, statistics }, null, 2)}\n`
}
