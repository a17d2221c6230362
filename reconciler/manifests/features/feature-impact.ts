/** What a change of features means for models: whose training inputs become stale. Pure: two commits in, changes out. */
import { digestValue, type Digest } from '../../core/digest.ts'
import { compareText } from '../../core/finding.ts'
import type { OnDemandFeature } from '../../core/on-demand-feature.ts'
import type { Kind, Resource } from '../../core/resource.ts'
import { expressionMeaning } from '../../expressions/expression-meaning.ts'
import type { FeatureViewSpec } from '../kinds/feature-view.ts'
import type { ModelSpec } from '../kinds/model.ts'
import { listEmbeddingVersions } from './embedding-versions.ts'
import { digestFeatures } from './feature-digests.ts'

/** One resource whose part in values changed, and what it reaches. */
export interface FeatureChange {
  /** `Kind/name`. */
  readonly id: string
  readonly change: 'added' | 'changed' | 'removed'
  /** Ids of other views whose values change with it, sorted. */
  readonly views: readonly string[]
  /** Ids of the models whose training inputs become stale by it, sorted. */
  readonly models: readonly string[]
  /** Ids of the online views, itself among them, whose rows are computed anew beside the old ones, sorted. Pushed views are none. */
  readonly recomputed: readonly string[]
  /** Ids of the versions that rollouts name and that go on with the definition that they embed, sorted. */
  readonly keeping: readonly string[]
  /** Of a model: its on-demand features that are new, gone or mean something else, by name. Absent: none. */
  readonly onDemand?: readonly OnDemandChange[]
}

export interface OnDemandChange {
  readonly name: string
  /** `expression`: it is computed otherwise, with the dtype that it had. */
  readonly change: 'added' | 'removed' | 'expression' | 'declaration'
}

const kinds: readonly Kind[] = ['Entity', 'DataSource', 'FeatureView', 'Model']

/**
 * The changes between two valid commits, sorted by id. Of models only those that had training inputs before, and have them
 * still: what is new is not stale. A model by itself counts when its own part changed.
 */
export function assessFeatureImpact(before: readonly Resource[], after: readonly Resource[]): readonly FeatureChange[] {
  const [old, next] = [digestFeatures(before), digestFeatures(after)]
  const views = findChanged('FeatureView', old.views, next.views)
  const models = findChanged('Model', old.trainingInputs, next.trainingInputs)
  const dependents = indexDependents([...before, ...after])
  const recomputed = findRecomputed(after, old.views, next.views)
  const left = listEmbeddingVersions(after, next.views).filter(({ isCurrent }) => !isCurrent)
  const computed = findOnDemandChanges(before, after)
  return compareParts(before, after).map(({ id, change }) => {
    const onDemand = computed.get(id)
    const reached = reachable(id, dependents)
    const all = new Set([...reached, id])
    return {
      id,
      change,
      views: pick(views, reached, id),
      models: pick(models, all),
      recomputed: pick(recomputed, all),
      keeping: change === 'added' ? [] : left.filter(({ embeds }) => embeds.has(id)).map((version) => version.id),
      ...(onDemand === undefined ? {} : { onDemand }),
    }
  })
}

/** By id of the model; none of models whose on-demand features mean what they meant. */
function findOnDemandChanges(
  before: readonly Resource[],
  after: readonly Resource[],
): ReadonlyMap<string, readonly OnDemandChange[]> {
  const [old, next] = [indexOnDemand(before), indexOnDemand(after)]
  const both = [...next].flatMap(([id, features]) => {
    const changes = compareOnDemand(old.get(id) ?? features, features)
    return changes.length === 0 ? [] : [[id, changes] as const]
  })
  return new Map(both)
}

function compareOnDemand(before: readonly OnDemandFeature[], after: readonly OnDemandFeature[]): readonly OnDemandChange[] {
  const [old, next] = [before, after].map((features) => new Map(features.map((feature) => [feature.name, feature])))
  const names = [...new Set([...before, ...after].map(({ name }) => name))].sort(compareText)
  return names.flatMap((name): readonly OnDemandChange[] => {
    const [was, is] = [old?.get(name), next?.get(name)]
    if (was === undefined || is === undefined) return [{ name, change: was === undefined ? 'added' : 'removed' }]
    if (digestValue(expressionMeaning(was.cel)) !== digestValue(expressionMeaning(is.cel)))
      return [{ name, change: 'expression' }]
    return was.dtype === is.dtype && was.unit === is.unit ? [] : [{ name, change: 'declaration' }]
  })
}

function indexOnDemand(resources: readonly Resource[]): ReadonlyMap<string, readonly OnDemandFeature[]> {
  const models = resources.filter(({ kind }) => kind === 'Model')
  return new Map(models.map(({ metadata, spec }) => [`Model/${metadata.name}`, (spec as ModelSpec).onDemand]))
}

/** Ids of the views on a grid that have no rows yet. */
function findRecomputed(
  after: readonly Resource[],
  old: ReadonlyMap<string, Digest>,
  next: ReadonlyMap<string, Digest>,
): readonly string[] {
  const onGrid = after.filter(({ kind, spec }) => kind === 'FeatureView' && (spec as FeatureViewSpec).online?.type === 'grid')
  const names = onGrid.map(({ metadata }) => metadata.name).filter((name) => old.get(name) !== next.get(name))
  return names.map((name) => `FeatureView/${name}`).sort(compareText)
}

function pick(ids: readonly string[], reached: ReadonlySet<string>, except?: string): readonly string[] {
  return ids.filter((id) => reached.has(id) && id !== except)
}

/** Ids that are in both, with another digest. */
function findChanged(kind: Kind, before: ReadonlyMap<string, Digest>, after: ReadonlyMap<string, Digest>): readonly string[] {
  const names = [...after.keys()].filter((name) => before.has(name) && before.get(name) !== after.get(name))
  return names.map((name) => `${kind}/${name}`).sort(compareText)
}

/** The resources whose own part differs, or (but for models) that are in one of the two only. */
function compareParts(before: readonly Resource[], after: readonly Resource[]): readonly Pick<FeatureChange, 'id' | 'change'>[] {
  const [old, next] = [indexParts(before), indexParts(after)]
  const ids = [...new Set([...old.keys(), ...next.keys()])].sort(compareText)
  return ids.flatMap((id) => {
    if (old.get(id) === next.get(id)) return []
    if (id.startsWith('Model/') && (!old.has(id) || !next.has(id))) return []
    return [{ id, change: !old.has(id) ? 'added' : !next.has(id) ? 'removed' : 'changed' }]
  })
}

function indexParts(resources: readonly Resource[]): ReadonlyMap<string, Digest | undefined> {
  const parts = resources.filter(({ kind, spec }) => kinds.includes(kind) && (kind !== 'Model' || hasLabel(spec as ModelSpec)))
  return new Map(parts.map(({ kind, metadata, trainingDigest }) => [`${kind}/${metadata.name}`, trainingDigest]))
}

function hasLabel({ label }: ModelSpec): boolean {
  return label !== null
}

/** Who reads whom, in either commit. */
function indexDependents(resources: readonly Resource[]): ReadonlyMap<string, readonly string[]> {
  const dependents = new Map<string, string[]>()
  for (const { kind, metadata, spec } of resources) {
    for (const need of needsOf(kind, spec)) {
      const known = dependents.get(need)
      if (known === undefined) dependents.set(need, [`${kind}/${metadata.name}`])
      else known.push(`${kind}/${metadata.name}`)
    }
  }
  return dependents
}

function needsOf(kind: Kind, spec: unknown): readonly string[] {
  if (kind === 'FeatureView') {
    const { entities, inputs } = spec as FeatureViewSpec
    return [...entities.map(({ name }) => `Entity/${name}`), ...inputs.map((input) => `${input.kind}/${input.name}`)]
  }
  if (kind !== 'Model') return []
  const { features, label } = spec as ModelSpec
  return [...features.map(({ view }) => `FeatureView/${view}`), ...(label === null ? [] : [`DataSource/${label.source}`])]
}

function reachable(id: string, next: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set<string>()
  const queue = [...(next.get(id) ?? [])]
  for (let current = queue.pop(); current !== undefined; current = queue.pop()) {
    if (found.has(current)) continue
    found.add(current)
    queue.push(...(next.get(current) ?? []))
  }
  return found
}
