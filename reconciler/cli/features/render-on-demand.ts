/** On-demand features of the catalogue as text. Pure. */
import type { FeatureCatalogue } from '../../governance/catalogue/feature-catalogue.ts'
import type { OnDemandEntry } from '../../governance/catalogue/on-demand-entries.ts'
import { drawFacts, drawTable, headOf, listOr, oneLine } from './render-catalogue.ts'

/** One line a feature; nothing where there are none. */
export function renderOnDemandList({ onDemand }: FeatureCatalogue): string {
  if (onDemand.length === 0) return ''
  const rows = onDemand.map((entry) => [
    entry.id,
    entry.dtype,
    oneLine(entry.unit),
    oneLine(entry.cel),
    listReads(entry),
    oneLine(entry.owner),
  ])
  return `\n${drawTable(['ON DEMAND', 'DTYPE', 'UNIT', 'EXPRESSION', 'READS', 'OWNER'], rows)}`
}

export function renderOnDemand(entry: OnDemandEntry): string {
  return (
    headOf(entry.id, entry) +
    drawFacts([
      ['description', oneLine(entry.description)],
      ['dtype', entry.dtype],
      ['unit', oneLine(entry.unit)],
      ['expression', oneLine(entry.cel)],
      ['reads', listReads(entry)],
      ['model', entry.model],
      ['owner', oneLine(entry.owner)],
    ])
  )
}

function listReads({ reads }: OnDemandEntry): string {
  return listOr(
    reads.map(({ name, from }) =>
      from === null ? `${name} of the request` : from.endsWith(`:${name}`) ? from : `${from} as ${name}`,
    ),
  )
}
