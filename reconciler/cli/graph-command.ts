/** `mainward graph`: what a resource needs, and what needs it. */
import { resolve } from 'node:path'
import { assembleCommit } from '../manifests/assemble.ts'
import { type CommandDefinition, textOption } from './command.ts'
import { repositoryOptions, requireNodes } from './manifests/manifest-options.ts'
import { readManifests } from './manifests/read-manifests.ts'
import { renderGraphMermaid, renderGraphText, selectAround } from './manifests/render-graph.ts'

export const graphCommand: CommandDefinition = {
  arguments: [{ usage: '[resource]', description: 'KIND/NAME, or KIND/NAME@ENVIRONMENT; without it the whole graph' }],
  options: [
    ...repositoryOptions,
    { flags: '--format <format>', description: 'text, json or mermaid', default: 'text', choices: ['text', 'json', 'mermaid'] },
  ],
  examples: [
    { line: 'graph Model/flight-delay', explains: 'which versions and rollouts a change of the model touches' },
    { line: 'graph --format mermaid', explains: 'the whole repository as a picture' },
  ],
  async run({ configuration, terminal }, input) {
    const folder = resolve(configuration.folder, textOption(input, 'path') ?? '.')
    const { contents } = await readManifests(folder, textOption(input, 'ref'))
    const { graph } = assembleCommit(contents, { mode: 'proposed' })
    const [reference] = input.arguments
    const nodes = reference === undefined ? graph.nodes : requireNodes(graph, reference)
    const format = textOption(input, 'format')
    const part = selectAround(graph, nodes)
    if (format === 'json') terminal.write(`${JSON.stringify(part, null, 2)}\n`)
    else terminal.write(format === 'mermaid' ? renderGraphMermaid(part) : renderGraphText(graph, nodes))
    return 0
  },
}
