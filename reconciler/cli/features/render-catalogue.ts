/** The catalogue as text. Pure. */
import { describeAggregation, describeExpectation, describeFreshness } from '../../governance/catalogue/describe-entry.ts'
import type { FeatureCatalogue, FeatureEntry, ViewEntry } from '../../governance/catalogue/feature-catalogue.ts'
import type { SearchHit } from '../../governance/catalogue/search-catalogue.ts'
import type { NamedEntry } from '../../governance/catalogue/select-entries.ts'
import { writeDuration } from '../../manifests/duration.ts'
import { printable } from '../../manifests/findings-text.ts'
import { renderTable } from '../table.ts'

/** One line a feature. */
export function renderFeatureList({ views }: Pick<FeatureCatalogue, 'views'>): string {
  if (views.length === 0) return 'there are no feature views\n'
  const titles = ['FEATURE', 'DTYPE', 'UNIT', 'COMPUTED', 'ONLINE', 'MODELS', 'OWNER']
  const rows = views.flatMap((view) =>
    view.features.map((feature) => [
      feature.id,
      feature.dtype,
      oneLine(feature.unit),
      oneLine(describeAggregation(feature.aggregation)),
      describeFreshness(view.online),
      listOr(new Set(feature.takenBy.map(({ model }) => model))),
      oneLine(view.owner),
    ]),
  )
  return drawTable(titles, rows)
}

/** The best hit first. */
export function renderHits(hits: readonly SearchHit[]): string {
  const rows = hits.map(({ id, type, dtype, unit, owner, description }) => [
    id,
    type,
    dtype ?? '-',
    oneLine(unit),
    oneLine(owner),
    oneLine(description),
  ])
  return drawTable(['NAME', 'TYPE', 'DTYPE', 'UNIT', 'OWNER', 'DESCRIPTION'], rows)
}

/** All that is known of a view, or of one of its features. */
export function renderEntry({ view, feature }: NamedEntry): string {
  return feature === null ? renderView(view) : renderFeature(view, feature)
}

function renderView(view: ViewEntry): string {
  const facts: Facts = [
    ['description', oneLine(view.description)],
    ...sharedFacts(view),
    ['tags', listOr(view.tags)],
    ['read by', listOr(view.readers)],
    ['models', listOr(view.models)],
    ['tests', listOr(view.tests)],
    ['definition', view.digest],
  ]
  const features = view.features.map((feature) => [
    feature.name,
    feature.dtype,
    oneLine(feature.unit),
    oneLine(describeAggregation(feature.aggregation)),
    listUses(feature),
    oneLine(feature.description),
  ])
  const table = drawTable(['FEATURE', 'DTYPE', 'UNIT', 'COMPUTED', 'TAKEN BY', 'DESCRIPTION'], features)
  const expectations = section('expectations', view.expectations.map(describeExpectation))
  const transform = section('transform', (view.transform ?? '').trimEnd().split('\n'))
  return `${headOf(view.name, view)}${drawFacts(facts)}\n${table}${expectations}${view.transform === null ? '' : transform}`
}

function renderFeature(view: ViewEntry, feature: FeatureEntry): string {
  const facts: Facts = [
    ['description', oneLine(feature.description)],
    ['dtype', feature.dtype],
    ['unit', oneLine(feature.unit)],
    ['computed', oneLine(describeAggregation(feature.aggregation))],
    ['taken by', listUses(feature)],
    ...sharedFacts(view),
    ['definition', view.digest],
  ]
  const own = view.expectations.filter(({ arguments: given }) => Object.values(given).flat().includes(feature.name))
  return `${headOf(feature.id, view)}${drawFacts(facts)}${section('expectations', own.map(describeExpectation))}`
}

type Facts = readonly (readonly [name: string, text: string])[]

function sharedFacts(view: ViewEntry): Facts {
  const entities = view.entities.map(
    ({ name, keys }) =>
      `${name} (${keys.map(({ name: key, dtype, column }) => `${key} ${dtype} in column ${column}`).join(', ')})`,
  )
  return [
    ['owner', oneLine(view.owner)],
    ['entities', listOr(entities)],
    ['reads', listOr(view.inputs.map(({ kind, name }) => `${kind}/${name}`))],
    ['sources', listOr(view.sources)],
    ['event time', view.eventTime ?? 'none: static rows'],
    ['known from', view.createdTime ?? view.eventTime ?? 'always'],
    ['greatest age', view.ttlMs === null ? 'any' : writeDuration(view.ttlMs)],
    ['online', describeFreshness(view.online)],
  ]
}

export function headOf(id: string, { file, line }: Pick<ViewEntry, 'file' | 'line'>): string {
  return `${id}  ${printable(file)}:${line}\n`
}

export function drawFacts(facts: Facts): string {
  const width = Math.max(...facts.map(([name]) => name.length))
  return facts.map(([name, text]) => `  ${name.padEnd(width)}  ${text}\n`).join('')
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `\n${title}\n${lines.map((line) => `  ${printable(line)}`.trimEnd() + '\n').join('')}`
}

function listUses({ name, takenBy }: FeatureEntry): string {
  return listOr(takenBy.map(({ model, as }) => (as === name ? model : `${model} as ${as}`)))
}

export function listOr(names: Iterable<string>): string {
  const listed = [...names].map((name) => oneLine(name))
  return listed.length === 0 ? '-' : listed.join(', ')
}

export function drawTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  return renderTable(
    titles.map((title) => ({ title })),
    rows,
  )
}

/** `-` for what is not there. */
export function oneLine(text: string | null): string {
  return text === null ? '-' : printable(text.replace(/\s+/g, ' ').trim())
}
