/** `mainward features list`: every feature of a repository, one line each. */
import { buildCatalogue } from '../../governance/catalogue/feature-catalogue.ts'
import { filterCatalogue } from '../../governance/catalogue/select-entries.ts'
import { type CommandDefinition, flagOption, textOption } from '../command.ts'
import { repositoryOptions } from '../manifests/manifest-options.ts'
import { namedByCaller } from './named-by-caller.ts'
import { readResources } from './read-resources.ts'
import { renderFeatureList } from './render-catalogue.ts'
import { renderOnDemandList } from './render-on-demand.ts'

export const listFeaturesCommand: CommandDefinition = {
  arguments: [],
  options: [
    { flags: '--view <view>', description: 'only features of this view' },
    { flags: '--tag <tag>', description: 'only of views with this tag' },
    { flags: '--owner <owner>', description: 'only of views of this owner' },
    ...repositoryOptions,
    { flags: '--json', description: 'for programs: all that is known of the views' },
  ],
  examples: [
    { line: 'features list', explains: 'all of them' },
    { line: 'features list --tag weather --owner team-flightops', explains: 'of views that have both' },
    { line: 'features list --ref v1 --json', explains: 'as they were at a tag, for programs' },
  ],
  async run(context, input) {
    const whole = buildCatalogue(await readResources(context, input))
    const wish = { view: textOption(input, 'view'), tag: textOption(input, 'tag'), owner: textOption(input, 'owner') }
    const catalogue = namedByCaller(() => filterCatalogue(whole, wish))
    const json = flagOption(input, 'json')
    context.terminal.write(
      json ? `${JSON.stringify(catalogue, null, 2)}\n` : `${renderFeatureList(catalogue)}${renderOnDemandList(catalogue)}`,
    )
    return 0
  },
}
