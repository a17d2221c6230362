/** `mainward features show`: all that is known of a view or feature. */
import { buildCatalogue } from '../../governance/catalogue/feature-catalogue.ts'
import { findEntry } from '../../governance/catalogue/select-entries.ts'
import { type CommandDefinition, flagOption } from '../command.ts'
import { repositoryOptions } from '../manifests/manifest-options.ts'
import { readResources } from './read-resources.ts'
import { renderEntry } from './render-catalogue.ts'

export const showFeaturesCommand: CommandDefinition = {
  arguments: [{ usage: '<name>', description: 'VIEW, or VIEW:FEATURE' }],
  options: [...repositoryOptions, { flags: '--json', description: 'for programs' }],
  examples: [
    { line: 'features show airport_weather', explains: 'a view with its features' },
    { line: 'features show airport_weather:wind_max_6h --json', explains: 'one feature, for programs' },
  ],
  async run(context, input) {
    const entry = findEntry(buildCatalogue(await readResources(context, input)), input.arguments[0] ?? '')
    const { view, feature } = entry
    const json = feature === null ? view : { view: view.name, ...feature }
    context.terminal.write(flagOption(input, 'json') ? `${JSON.stringify(json, null, 2)}\n` : renderEntry(entry))
    return 0
  },
}
