/** `mainward features search`: views, features and on-demand features that have the given words, the best first. */
import { buildCatalogue } from '../../governance/catalogue/feature-catalogue.ts'
import { searchCatalogue } from '../../governance/catalogue/search-catalogue.ts'
import { type CommandDefinition, flagOption } from '../command.ts'
import { repositoryOptions } from '../manifests/manifest-options.ts'
import { readResources } from './read-resources.ts'
import { renderHits } from './render-catalogue.ts'

export const searchFeaturesCommand: CommandDefinition = {
  details:
    'Looks in names, descriptions, tags, owners and units; what is found has every word. A feature is also found by words of its\n' +
    "view, an on-demand feature by its model's name and owner, when one of the words is its own. Exit code 1 when nothing is found.",
  arguments: [{ usage: '<words...>', description: 'in any order; upper and lower case do not count' }],
  options: [...repositoryOptions, { flags: '--json', description: 'for programs, with the score of each hit' }],
  examples: [
    { line: 'features search wind', explains: 'everything about wind' },
    { line: 'features search weather mph', explains: 'of weather, in miles per hour' },
  ],
  async run(context, input) {
    const { hits, nearest } = searchCatalogue(buildCatalogue(await readResources(context, input)), input.arguments)
    const { terminal } = context
    if (flagOption(input, 'json')) {
      terminal.write(`${JSON.stringify({ hits, nearest }, null, 2)}\n`)
    } else if (hits.length > 0) {
      terminal.write(renderHits(hits))
    } else {
      terminal.writeError(
        `nothing has ${input.arguments.length === 1 ? 'the word' : 'all of the words'} ${input.arguments.join(' ')}\n`,
      )
      if (nearest.length > 0) terminal.writeError(`hint: did you mean ${nearest.join(' ')}?\n`)
    }
    return hits.length > 0 ? 0 : 1
  },
}
