/** `mainward features show`: all that is known of a view or feature. */
import { resolve } from 'node:path'
import { MainwardError } from '../../core/error.ts'
import { describeStatistics, type DescribedStatistics } from '../../governance/catalogue/describe-statistics.ts'
import { buildCatalogue } from '../../governance/catalogue/feature-catalogue.ts'
import type { OnDemandEntry } from '../../governance/catalogue/on-demand-entries.ts'
import { findEntry, findOnDemand, type NamedEntry } from '../../governance/catalogue/select-entries.ts'
import type { ViewStatistics } from '../../profiles/view-statistics.ts'
import { type CommandDefinition, type CommandInput, flagOption, textOption } from '../command.ts'
import type { CliContext } from '../context.ts'
import { computationOptions, readAsOf } from './engine-options.ts'
import { namedByCaller } from './named-by-caller.ts'
import { withFeatures } from './open-features.ts'
import { createProgress } from './progress.ts'
import { type DefinitionHistory, readDefinitionHistory } from './read-definition-history.ts'
import { readResources } from './read-resources.ts'
import { renderEntry } from './render-catalogue.ts'
import { renderOnDemand } from './render-on-demand.ts'
import { renderDefinitionHistory } from './render-changes.ts'
import { renderFeatureStatistics, renderStatistics } from './render-statistics.ts'
import { computeStatisticsOf, readKept, requireStatistics } from './statistics-options.ts'

export const showFeaturesCommand: CommandDefinition = {
  details:
    'With --history: commits along the first-parent line, with what each changed in values, in checks, or only in text. A feature has\n' +
    'the history of its view. What is not committed yet is not in it.\n' +
    'With --statistics: counts, moments, quantiles, histogram and most frequent values, computed now from the data. Without it, those\n' +
    'that mainward features test --data --keep-statistics or the reconciler kept last, where there are any.',
  arguments: [{ usage: '<name>', description: 'VIEW, VIEW:FEATURE, or MODEL:FEATURE for an on-demand feature' }],
  options: [
    { flags: '--history', description: 'the commits that changed the definition of the view, newest first' },
    { flags: '--statistics', description: 'compute statistics of the values, as of --as-of' },
    ...computationOptions,
    { flags: '--json', description: 'for programs' },
  ],
  examples: [
    { line: 'features show airport_weather', explains: 'a view with its features' },
    { line: 'features show airport_weather --history', explains: 'how its definition became what it is' },
    { line: 'features show airport_weather:wind_max_6h --json', explains: 'one feature, for programs' },
    { line: 'features show airport_weather --statistics --as-of 2013-06-01', explains: 'with what its values were in June' },
  ],
  async run(context, input) {
    requireStatistics(input, ['asOf'])
    if (flagOption(input, 'history') && flagOption(input, 'statistics')) {
      throw new MainwardError('usage', 'expected --history or --statistics, found both')
    }
    const computed = await readOnDemand(context, input)
    if (computed !== null) return showOnDemand(context, input, computed)
    const { entry, statistics } = await readShown(context, input)
    const described = statistics && describeStatistics(statistics, entry.feature?.name ?? null)
    const history = flagOption(input, 'history') ? await readHistory(context, input, entry) : null
    context.terminal.write(
      flagOption(input, 'json')
        ? renderJson(entry, described, history)
        : history === null
          ? renderEntry(entry) + renderDescribed(entry, described)
          : renderDefinitionHistory(entry.view.name, history),
    )
    return 0
  },
}

interface Shown {
  readonly entry: NamedEntry
  /** Null: none were asked for, and none are kept. */
  readonly statistics: ViewStatistics | null
}

async function readShown(context: CliContext, input: CommandInput): Promise<Shown> {
  const name = input.arguments[0] ?? ''
  if (!flagOption(input, 'statistics')) {
    const resources = await readResources(context, input)
    const entry = namedByCaller(() => findEntry(buildCatalogue(resources), name))
    return { entry, statistics: await readKept(context, input, resources, entry.view.digest) }
  }
  const progress = createProgress(context.terminal)
  const asOf = readAsOf(context, input)
  return withFeatures(context, input, async (features) => {
    const entry = namedByCaller(() => findEntry(buildCatalogue(features.resources), name))
    const wish = { views: [entry.view.name], asOf, edges: new Map(), progress }
    const [statistics = null] = await computeStatisticsOf(context, features, wish)
    return { entry, statistics }
  }).finally(progress.end)
}

async function readOnDemand(context: CliContext, input: CommandInput): Promise<OnDemandEntry | null> {
  const [reference = ''] = input.arguments
  if (!reference.includes(':')) return null
  const catalogue = buildCatalogue(await readResources(context, input))
  return namedByCaller(() => findOnDemand(catalogue, reference))
}

/** It has neither a definition nor rows of its own: the history of the model's manifest is git's, and `mainward dataset` counts its values. */
function showOnDemand({ terminal }: CliContext, input: CommandInput, entry: OnDemandEntry): 0 {
  const option = (['history', 'statistics'] as const).find((name) => flagOption(input, name))
  if (option !== undefined) {
    throw new MainwardError(
      'usage',
      `--${option}: expected a view or a feature of one, found ${entry.id}, a part of the Model ${entry.model}`,
      {
        hint: option === 'history' ? `git log -p ${entry.file} has it` : `mainward dataset ${entry.model} counts its values`,
      },
    )
  }
  terminal.write(flagOption(input, 'json') ? `${JSON.stringify(entry, null, 2)}\n` : renderOnDemand(entry))
  return 0
}

function readHistory({ configuration }: CliContext, input: CommandInput, { view }: NamedEntry): Promise<DefinitionHistory> {
  const folder = resolve(configuration.folder, textOption(input, 'path') ?? '.')
  return readDefinitionHistory(folder, textOption(input, 'ref'), view.name)
}

function renderDescribed({ feature }: NamedEntry, statistics: DescribedStatistics | null): string {
  if (statistics === null) return ''
  return feature === null ? renderStatistics(statistics) : renderFeatureStatistics(statistics)
}

function renderJson(
  { view, feature }: NamedEntry,
  statistics: DescribedStatistics | null,
  history: DefinitionHistory | null,
): string {
  const entry = feature === null ? view : { view: view.name, ...feature }
  const part = history === null ? {} : { history: history.entries, wholeHistory: history.whole }
  return `${JSON.stringify({ ...entry, statistics, ...part }, null, 2)}\n`
}
