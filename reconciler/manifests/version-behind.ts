/** The warnings about what a Model, or a view that it reads, says today and its newest version does not embed yet. */
import { canonicalJson } from '../core/digest.ts'
import { compareText, type Finding } from '../core/finding.ts'
import type { Resource } from '../core/resource.ts'
import { findingIn, type CommitEntry, type CommitView, type VersionEntry } from './commit-view.ts'
import { buildFeatureDefinitions } from './feature-definitions.ts'
import { digestFeatures } from './features/feature-digests.ts'
import type { ModelSpec } from './kinds/model.ts'
import type { ModelVersionSpec } from './kinds/model-version.ts'
import { featuresMeaning, onDemandMeaning } from './kinds/request-features.ts'
import { featureNames } from './model-feature-names.ts'

const rule = 'version-behind'

interface ModelPair {
  readonly name: string
  readonly entry: CommitEntry
  readonly model: ModelSpec
  readonly version: ModelVersionSpec
}

export function checkBehind(view: CommitView): readonly Finding[] {
  return pairs(view).flatMap((pair) => fieldsBehind(pair).map((field) => fieldBehind(field, pair)))
}

/** As `checkBehind`, of features: needs the resources of a commit without errors. */
export function checkViewsBehind(view: CommitView, resources: readonly Resource[]): readonly Finding[] {
  const reading = pairs(view).filter(({ model, version }) => model.features.length > 0 || version.views.length > 0)
  if (reading.length === 0) return []
  const { training } = buildFeatureDefinitions(resources)
  const { views } = digestFeatures(resources)
  return reading.flatMap((pair): readonly Finding[] => {
    const { name, entry, model, version } = pair
    const roles = version.views.map(({ digest: _, ...role }) => role)
    const findings =
      canonicalJson(training.get(name)?.features ?? []) === canonicalJson(roles) ? [] : [fieldBehind('features', pair)]
    const embedded = new Map(version.views.map((role) => [role.view, role.digest]))
    const names = model.features.map((feature) => feature.view)
    const moved = names.filter((role, index) => names.indexOf(role) === index && isMoved(embedded.get(role), views.get(role)))
    const others = moved.map((changed) => {
      const message = `expected the view ${changed} as version ${version.version} embeds it, found another definition: the version keeps its own`
      return findingIn(entry, `/spec/features/${names.indexOf(changed)}/view`, { rule, message, hint: makeAgain(pair) })
    })
    return [...findings, ...others]
  })
}

function isMoved(embedded: string | undefined, today: string | undefined): boolean {
  return embedded !== undefined && today !== undefined && embedded !== today
}

/** Each model with its newest version. Where one of the two is wrong itself, their difference says nothing. */
function pairs(view: CommitView): readonly ModelPair[] {
  return view.entries.flatMap((entry): readonly ModelPair[] => {
    const { kind, spec, name, valid } = entry.document
    if (kind !== 'Model' || spec === null || name === null || !valid) return []
    const newest: VersionEntry | undefined = view.versionsByModel.get(name)?.at(-1)
    if (newest === undefined || !newest.entry.document.valid) return []
    return [{ name, entry, model: spec as ModelSpec, version: newest.spec }]
  })
}

function fieldBehind(field: string, pair: ModelPair): Finding {
  const message = `expected ${field} as version ${pair.version.version} has it, found a change that no version has yet`
  return findingIn(pair.entry, `/spec/${field}`, { rule, message, hint: makeAgain(pair) })
}

function makeAgain({ name, model, version }: ModelPair): string {
  const next = version.version + 1
  if (model.training?.trainer) return `mainward train ${name} makes version ${next}`
  return `mainward import ${name} again makes version ${next}`
}

/** Fields of the Model that the version does not embed as they are today; views are looked at elsewhere. */
export function fieldsBehind({ model, version }: Pick<ModelPair, 'model' | 'version'>): readonly string[] {
  const fields: readonly (readonly [string, unknown, unknown])[] = [
    ['requestFeatures', featuresMeaning(model.requestFeatures), featuresMeaning(version.requestFeatures)],
    ['onDemand', onDemandMeaning(model.onDemand), onDemandMeaning(version.onDemand)],
    ['onDemandOnly', [...model.onDemandOnly].sort(compareText), notTaken(version)],
    ['nulls', model.nulls, version.nulls],
    // A version without a threshold, or a model of another task, has nothing to compare.
    ['decision', model.decision, model.decision && (version.decision ?? model.decision)],
  ]
  return fields.filter(([, ours, theirs]) => canonicalJson(ours) !== canonicalJson(theirs)).map(([field]) => field)
}

/** Names of inputs that no tensor takes. */
function notTaken({ signature, requestFeatures, views }: ModelVersionSpec): readonly string[] {
  const taken = new Set(signature.inputs.flatMap(({ features = [] }) => features))
  const all = [...requestFeatures.map(({ name }) => name), ...views.flatMap(featureNames)]
  return all.filter((name) => !taken.has(name)).sort(compareText)
}
