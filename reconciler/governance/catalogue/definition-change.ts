/** What differs between two definitions of a view, with all that each is made of: field by field, and in effect. Pure. */
import type { Digest } from '../../core/digest.ts'
import { compareText } from '../../core/finding.ts'
import type { Resource } from '../../core/resource.ts'
import { describeDefinition, type FieldEffect } from './describe-definition.ts'
import type { ViewClosure } from './view-closure.ts'

export interface FieldChange {
  /** `Kind/name` of the manifest that has the field. */
  readonly resource: string
  readonly field: string
  /** Null: not there. */
  readonly before: string | null
  readonly after: string | null
  readonly effect: FieldEffect
}

/** `broken`: the definition is there, and cannot be used. */
export type ChangeKind = 'added' | 'removed' | 'broken' | 'repaired' | FieldEffect

export interface DefinitionChange {
  /** The greatest effect of its fields, or that the definition came, went, broke or can be used again. */
  readonly change: ChangeKind
  /** Null: there is none, or it is broken. */
  readonly before: Digest | null
  readonly after: Digest | null
  /** Of a broken definition: why. */
  readonly reason: string | null
  /** The view's own first. */
  readonly fields: readonly FieldChange[]
}

/** Null: nothing differs that a manifest says, but for comments and layout outside of texts. */
export function compareDefinitions(view: string, before: ViewClosure, after: ViewClosure): DefinitionChange | null {
  const digests = { before: digestOf(before), after: digestOf(after) }
  const reason = after.type === 'broken' ? after.reason : null
  if (before.type === 'whole' && after.type === 'whole') {
    const fields = compareResources(`FeatureView/${view}`, before.resources, after.resources)
    const change =
      digests.before === digests.after ? (fields.some(({ effect }) => effect === 'checks') ? 'checks' : 'text') : 'values'
    return fields.length === 0 && change === 'text' ? null : { change, ...digests, reason, fields }
  }
  const change = changeOf(before.type, after.type)
  const isSameFault = before.type === 'broken' && after.type === 'broken' && before.reason === after.reason
  return change === null || isSameFault ? null : { change, ...digests, reason, fields: [] }
}

function digestOf(closure: ViewClosure): Digest | null {
  return closure.type === 'whole' ? closure.digest : null
}

function changeOf(before: ViewClosure['type'], after: ViewClosure['type']): ChangeKind | null {
  if (after === 'absent') return before === 'absent' ? null : 'removed'
  if (after === 'broken') return 'broken'
  return before === 'absent' ? 'added' : 'repaired'
}

type Resources = ReadonlyMap<string, Resource>

function compareResources(first: string, before: Resources, after: Resources): readonly FieldChange[] {
  const others = [...new Set([...before.keys(), ...after.keys()])].filter((id) => id !== first).sort(compareText)
  const own = compareResource(first, before.get(first), after.get(first))
  const behind = others.flatMap((id) => compareResource(id, before.get(id), after.get(id)))
  // What is checked and said elsewhere is no part of this view.
  return [...own, ...behind.filter(({ effect }) => effect === 'values')]
}

function compareResource(resource: string, before: Resource | undefined, after: Resource | undefined): readonly FieldChange[] {
  const [old, next] = [describe(before), describe(after)]
  const changes = [...new Set([...old.keys(), ...next.keys()])].flatMap((field): readonly FieldChange[] => {
    const [was, is] = [old.get(field), next.get(field)]
    if (was?.text === is?.text) return []
    const named = (is ?? was)?.effect ?? 'text'
    const effect = named === 'values' && was?.meaning === is?.meaning ? 'text' : named
    return [{ resource, field, before: was?.text ?? null, after: is?.text ?? null, effect }]
  })
  const hasValues = changes.some(({ effect }) => effect === 'values')
  if (hasValues || before?.trainingDigest === after?.trainingDigest) return changes
  // A default that is written out counts: it stays when the default becomes another one.
  return [...changes, { resource, field: 'defaults that are written', before: null, after: null, effect: 'values' }]
}

function describe(resource: Resource | undefined): ReturnType<typeof describeDefinition> {
  return resource === undefined ? new Map() : describeDefinition(resource)
}
