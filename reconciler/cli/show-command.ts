/** `mainward show`: a manifest with every default that holds, and where each value comes from. */
import { resolve } from 'node:path'
import { MainwardError } from '../core/error.ts'
import { assembleCommit } from '../manifests/assemble.ts'
import { type EffectiveManifest, effectiveManifest } from '../manifests/effective.ts'
import type { GraphNode } from '../manifests/graph.ts'
import { type CommandDefinition, textOption } from './command.ts'
import { repositoryOptions, requireNodes } from './manifests/manifest-options.ts'
import type { ManifestSource } from './manifests/manifest-source.ts'
import { readManifests } from './manifests/read-manifests.ts'

interface Shown extends EffectiveManifest {
  readonly node: GraphNode
}

export const showCommand: CommandDefinition = {
  details: 'A value that nobody wrote ends in # default.',
  arguments: [{ usage: '<resource>', description: 'KIND/NAME, or KIND/NAME@ENVIRONMENT' }],
  options: [...repositoryOptions, { flags: '--json', description: 'the value, and the origin of each part by JSON pointer' }],
  examples: [
    { line: 'show Rollout/flight-delay', explains: 'with defaults' },
    { line: 'show Model/flight-delay --ref v1 --json', explains: 'as it was at a tag, for programs' },
  ],
  async run({ configuration, terminal }, input) {
    const folder = resolve(configuration.folder, textOption(input, 'path') ?? '.')
    const source = await readManifests(folder, textOption(input, 'ref'))
    const { graph } = assembleCommit(source.contents, { mode: 'proposed' })
    const nodes = requireNodes(graph, input.arguments[0] ?? '')
    const shown = await Promise.all(nodes.map((node) => showNode(source, node)))
    terminal.write(input.options.json === true ? renderJson(shown) : shown.map(renderText).join('---\n'))
    return 0
  },
}

async function showNode(source: ManifestSource, node: GraphNode): Promise<Shown> {
  const { id, kind, name, environment, file } = node
  const choice = environment === null ? { kind, name } : { kind, name, environment }
  const effective = effectiveManifest(await source.readText(file), choice)
  if (effective !== null) return { node, ...effective }
  throw new MainwardError('invalid-input', `${id} can not be read: ${file} has errors`, { hint: 'mainward validate lists them' })
}

function renderText({ node: { file, line }, yaml }: Shown): string {
  return `# ${file}:${line}\n${yaml}`
}

function renderJson(shown: readonly Shown[]): string {
  const values = shown.map(({ node: { id, file, line }, value, origins }) => ({ id, file, line, manifest: value, origins }))
  return `${JSON.stringify(values.length === 1 ? values[0] : values, null, 2)}\n`
}
