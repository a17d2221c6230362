/** `mainward lineage`: what something is made of, and what is made of it, from data sources to rollouts. */
import { buildLineage } from '../governance/lineage/lineage-graph.ts'
import { type Lineage, selectLineage } from '../governance/lineage/select-lineage.ts'
import { buildFeatureDefinitions } from '../manifests/feature-definitions.ts'
import { type CommandDefinition, textOption } from './command.ts'
import { findOrigins } from './features/find-origins.ts'
import { readResources } from './features/read-resources.ts'
import { renderLineageText } from './features/render-lineage.ts'
import { repositoryOptions, requireNodes } from './manifests/manifest-options.ts'
import { renderGraphMermaid } from './manifests/render-graph.ts'

const hint =
  'there are DataSource, FeatureView, Feature/VIEW:FEATURE, OnDemand/MODEL:FEATURE, Model, ModelVersion and Rollout; mainward graph has every resource'

export const lineageCommand: CommandDefinition = {
  details:
    'From data sources over views and features to models, versions and rollouts, in both directions. The columns behind each feature are\n' +
    'those that its value is made from; where the SQL of a view cannot be followed, it is said. Data are not read.',
  arguments: [
    { usage: '<resource>', description: 'KIND/NAME, KIND/NAME@ENVIRONMENT, Feature/VIEW:FEATURE, or OnDemand/MODEL:FEATURE' },
  ],
  options: [
    ...repositoryOptions,
    { flags: '--format <format>', description: 'text, json or mermaid', default: 'text', choices: ['text', 'json', 'mermaid'] },
  ],
  examples: [
    { line: 'lineage DataSource/weather_hourly', explains: 'what stops when a source does' },
    { line: 'lineage Feature/airport_weather:wind_max_6h', explains: 'its columns, and the models that take it' },
    { line: 'lineage Rollout/flight-delay --format mermaid', explains: 'what is served, as a picture' },
  ],
  async run(context, input) {
    const resources = await readResources(context, input)
    const graph = buildLineage(resources, await findOrigins(buildFeatureDefinitions(resources)))
    const nodes = requireNodes(graph, input.arguments[0] ?? '', hint)
    const ids = nodes.map(({ id }) => id)
    context.terminal.write(renderLineage(selectLineage(graph, ids), textOption(input, 'format')))
    return 0
  },
}

function renderLineage(lineage: Lineage, format: string | null): string {
  if (format === 'json') return `${JSON.stringify(lineage, null, 2)}\n`
  if (format !== 'mermaid') return renderLineageText(lineage)
  const edges = lineage.edges.map(({ upstream, downstream, label }) => ({ from: upstream, to: downstream, label }))
  return renderGraphMermaid({ nodes: lineage.nodes, edges })
}
