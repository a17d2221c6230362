/** Puts relations in the place of `{{ source }}` and `{{ NAME }}` in a user's SQL. Pure. */
import type { ViewDefinition, ViewInput } from '../../core/feature-definition.ts'
import { nearestName } from '../../manifests/nearest-name.ts'
import { quoteName } from '../engine/quote.ts'

export interface FilledSql {
  readonly sql: string
  /** Names of the relations that the view may read. */
  readonly relations: readonly string[]
  readonly problems: readonly string[]
  /** In the order of the text. */
  readonly places: readonly FilledPlace[]
}

/** A relation that stands in the place of what was written. */
export interface FilledPlace {
  /** Index in the SQL that was filled in. */
  readonly at: number
  /** Not quoted. */
  readonly relation: string
  readonly written: string
}

const placeholder = /\{\{\s*([^{}]*?)\s*\}\}/g

/** The rows of another view are `rows:NAME`: its transform's columns under their own names. */
export function inputRelation({ kind, name }: ViewInput): string {
  return kind === 'DataSource' ? `source:${name}` : `rows:${name}`
}

/** Line breaks stay where they are, so that lines of messages are those of the user. */
export function fillPlaceholders(transform: string, { inputs }: Pick<ViewDefinition, 'inputs'>): FilledSql {
  const byName = new Map(inputs.map((input) => [input.name, inputRelation(input)]))
  const [only] = inputs
  if (only !== undefined && inputs.length === 1) byName.set('source', inputRelation(only))
  const used = new Set<string>()
  const problems: string[] = []
  const places: FilledPlace[] = []
  let growth = 0
  const sql = transform.replaceAll(placeholder, (written, name: string, at: number) => {
    const relation = byName.get(name)
    if (relation === undefined) {
      problems.push(unknownName(name, [...byName.keys()]))
      return written
    }
    used.add(relation)
    places.push({ at: at + growth, relation, written })
    growth += quoteName(relation).length - written.length
    return quoteName(relation)
  })
  for (const input of inputs) {
    if (problems.length === 0 && !used.has(inputRelation(input))) {
      problems.push(`the input ${input.name} is not read: name it as {{ ${inputs.length === 1 ? 'source' : input.name} }}`)
    }
  }
  return { sql, relations: inputs.map(inputRelation), problems, places }
}

function unknownName(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known)
  return `{{ ${name} }} is no input of the view${nearest === null ? '' : `: did you mean {{ ${nearest} }}?`}`
}
