/** The rule on what recording drops: every name is one that the model, or a version of it, has. */
import type { Finding } from '../core/finding.ts'
import { findingIn, type CommitEntry, type CommitView } from './commit-view.ts'
import type { ModelFeatureSpec, ModelSpec } from './kinds/model.ts'
import type { RolloutSpec } from './kinds/rollout.ts'
import { featureNames } from './model-feature-names.ts'
import { createHints, listNames } from './nearest-name.ts'

/** The word for the unit itself, whatever field brings it. */
const unitName = 'unit'

export function checkRecordings(view: CommitView): readonly Finding[] {
  return view.entries.flatMap((entry): readonly Finding[] => {
    if (entry.document.kind !== 'Model' || entry.document.spec === null) return []
    const { recording, requestFeatures, onDemand, features } = entry.document.spec as ModelSpec
    const own = [...[...requestFeatures, ...onDemand].map(({ name }) => name), ...features.flatMap(joinedNames)]
    const known = new Set([unitName, ...own, ...versionNames(view, entry)])
    const hintFor = createHints(known)
    const units = unitFields(view, entry)
    return recording.drop.flatMap((name, index) => {
      if (known.has(name)) return []
      const message = `expected unit or an input of the model (${listNames([...known].slice(1))}), found ${JSON.stringify(name)}`
      const hint = units.has(name) ? `${name} is the unit of the rollout: write unit` : hintFor(name)
      return [findingIn(entry, `/spec/recording/drop/${index}`, { rule: 'recording-drop', message, hint })]
    })
  })
}

/** Old versions that still serve may have features that the model no longer names. */
function versionNames(view: CommitView, { document }: CommitEntry): readonly string[] {
  const versions = view.versionsByModel.get(document.name ?? '') ?? []
  return versions.flatMap(({ spec }) => [
    ...[...spec.requestFeatures, ...spec.onDemand].map(({ name }) => name),
    ...spec.views.flatMap(joinedNames),
    ...spec.signature.inputs.filter(({ features }) => features === undefined).map(({ name }) => name),
  ])
}

/** Features of a view, and the fields of a request that hold its keys. */
function joinedNames(role: ModelFeatureSpec): readonly string[] {
  return [...featureNames(role), ...Object.values(role.join)]
}

function unitFields(view: CommitView, { document }: CommitEntry): ReadonlySet<string> {
  const rollouts = view.entries.filter((other) => other.document.kind === 'Rollout' && other.document.name === document.name)
  return new Set(rollouts.flatMap((rollout) => (rollout.document.spec as RolloutSpec | null)?.unit ?? []))
}
