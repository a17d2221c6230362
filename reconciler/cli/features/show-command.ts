/** `mainward features show`: all that is known of a view or feature. */
import { resolve } from 'node:path'
import { buildCatalogue } from '../../governance/catalogue/feature-catalogue.ts'
import { findEntry, type NamedEntry } from '../../governance/catalogue/select-entries.ts'
import { type CommandDefinition, type CommandInput, flagOption, textOption } from '../command.ts'
import type { CliContext } from '../context.ts'
import { repositoryOptions } from '../manifests/manifest-options.ts'
import { type DefinitionHistory, readDefinitionHistory } from './read-definition-history.ts'
import { readResources } from './read-resources.ts'
import { renderEntry } from './render-catalogue.ts'
import { renderDefinitionHistory } from './render-changes.ts'

export const showFeaturesCommand: CommandDefinition = {
  details:
    'With --history: commits along the first-parent line, with what each changed in values, in checks, or only in text. A feature has\n' +
    'the history of its view. What is not committed yet is not in it.',
  arguments: [{ usage: '<name>', description: 'VIEW, or VIEW:FEATURE' }],
  options: [
    { flags: '--history', description: 'the commits that changed the definition of the view, newest first' },
    ...repositoryOptions,
    { flags: '--json', description: 'for programs' },
  ],
  examples: [
    { line: 'features show airport_weather', explains: 'a view with its features' },
    { line: 'features show airport_weather --history', explains: 'how its definition became what it is' },
    { line: 'features show airport_weather:wind_max_6h --json', explains: 'one feature, for programs' },
  ],
  async run(context, input) {
    const entry = findEntry(buildCatalogue(await readResources(context, input)), input.arguments[0] ?? '')
    const history = flagOption(input, 'history') ? await readHistory(context, input, entry) : null
    const json = flagOption(input, 'json')
    context.terminal.write(
      json
        ? renderJson(entry, history)
        : history === null
          ? renderEntry(entry)
          : renderDefinitionHistory(entry.view.name, history),
    )
    return 0
  },
}

function readHistory({ configuration }: CliContext, input: CommandInput, { view }: NamedEntry): Promise<DefinitionHistory> {
  const folder = resolve(configuration.folder, textOption(input, 'path') ?? '.')
  return readDefinitionHistory(folder, textOption(input, 'ref'), view.name)
}

function renderJson({ view, feature }: NamedEntry, history: DefinitionHistory | null): string {
  const entry = feature === null ? view : { view: view.name, ...feature }
  const part = history === null ? {} : { history: history.entries, wholeHistory: history.whole }
  return `${JSON.stringify({ ...entry, ...part }, null, 2)}\n`
}
