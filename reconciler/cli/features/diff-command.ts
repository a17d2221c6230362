/** `mainward features diff`: definitions of two commits side by side, and which models become stale between them. */
import { resolve } from 'node:path'
import { diffDefinitions, type DefinitionSide } from '../../governance/catalogue/diff-definitions.ts'
import { type CommandDefinition, flagOption, textOption } from '../command.ts'
import { readManifests } from '../manifests/read-manifests.ts'
import { repositoryOptions } from '../manifests/manifest-options.ts'
import { requireResources } from './read-resources.ts'
import { renderDefinitionDiff } from './render-changes.ts'

export const diffFeaturesCommand: CommandDefinition = {
  details: 'Definitions only: what the data say on either side is not compared.',
  arguments: [
    { usage: '<before>', description: 'a commit, branch or tag' },
    { usage: '<after>', description: 'another one' },
    { usage: '[view]', description: 'only this view' },
  ],
  options: [
    ...repositoryOptions.filter(({ flags }) => flags.startsWith('--path')),
    { flags: '--json', description: 'for programs' },
  ],
  examples: [
    { line: 'features diff main HEAD', explains: 'what a branch changes' },
    { line: 'features diff v1 v2 airport_weather', explains: 'one view between two tags' },
  ],
  async run({ configuration, terminal }, input) {
    const folder = resolve(configuration.folder, textOption(input, 'path') ?? '.')
    const [before = '', after = '', view] = input.arguments
    const diff = diffDefinitions(await readSide(folder, before), await readSide(folder, after), view ?? null)
    terminal.write(flagOption(input, 'json') ? `${JSON.stringify(diff, null, 2)}\n` : renderDefinitionDiff(diff))
    return 0
  },
}

async function readSide(folder: string, ref: string): Promise<DefinitionSide> {
  const source = await readManifests(folder, ref)
  return { origin: source.origin, resources: requireResources(source) }
}
