/** The views that a model reads, as the working tree defines them now: what an imported version embeds. Pure. */
import { MainwardError } from '../../core/error.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import { hasErrors } from '../../core/finding.ts'
import type { FeatureClosure, ReleaseView } from '../../core/online-view.ts'
import type { Resource } from '../../core/resource.ts'
import { assembleCommit, type CommitContents } from '../../manifests/assemble.ts'
import { buildFeatureDefinitions } from '../../manifests/feature-definitions.ts'
import { digestFeatures } from '../../manifests/features/feature-digests.ts'
import type { ModelSpec } from '../../manifests/kinds/model.ts'
import type { VersionView } from '../../manifests/kinds/model-version.ts'
import { featureClosure, onlineView } from '../../manifests/online-views.ts'
import type { ExistingModel } from './existing-model.ts'
import type { SampleRow } from './parse-sample.ts'

export interface ModelViews {
  readonly views: readonly VersionView[]
  /** Null: the model reads no view. */
  readonly definitions: FeatureClosure | null
  /** The same views as a release has them. */
  readonly roles: readonly ReleaseView[]
  /** Fields of a request that hold keys and are no features: a sample may have them. */
  readonly keyFields: ReadonlySet<string>
}

const none: ModelViews = { views: [], definitions: null, roles: [], keyFields: new Set() }

/** Throws `invalid-input` where the working tree has errors, and for a view that is offline only. */
export function readModelViews(contents: CommitContents, name: string, { model }: ExistingModel): ModelViews {
  if (model === null || model.spec.features.length === 0) return none
  const { findings, resources } = assembleCommit(contents, { mode: 'proposed' })
  if (hasErrors(findings)) {
    throw new MainwardError('invalid-input', `the views of ${name} can not be embedded: the working tree has errors`, {
      hint: 'mainward validate lists them',
    })
  }
  return buildModelViews(resources, name, model.spec)
}

/** Of a commit without errors. Throws `invalid-input` for a view that is offline only. */
export function buildModelViews(resources: readonly Resource[], name: string, spec: ModelSpec): ModelViews {
  if (spec.features.length === 0) return none
  const sent = new Set(spec.requestFeatures.map((feature) => feature.name))
  const definitions = buildFeatureDefinitions(resources)
  const digests = digestFeatures(resources).views
  const features = definitions.training.get(name)?.features ?? []
  const roles = features.map(({ view, ...role }): ReleaseView => {
    const [definition, digest] = [definitions.views.get(view), digests.get(view)]
    if (definition === undefined || digest === undefined) throw new Error(`a valid commit has the view ${view}`)
    if (definition.online === null) throw offline(view, name)
    return { view: onlineView(definition, definitions.entities, digest), ...role }
  })
  return {
    views: roles.map(({ view, ...role }) => ({ view: view.name, digest: view.digest, ...role })),
    definitions: featureClosure(
      features.map(({ view }) => view),
      definitions,
    ),
    roles,
    keyFields: new Set(features.flatMap(({ join }) => Object.values(join)).filter((field) => !sent.has(field))),
  }
}

function offline(view: string, model: string): MainwardError {
  return new MainwardError('invalid-input', `the view ${view}, which ${model} reads, is offline only: no version can serve it`, {
    hint: `give ${view} online, for example online: { refresh: 15m }`,
  })
}

/** A sample as clients send it has keys, of which the model sees nothing. */
export function withoutKeys(rows: readonly SampleRow[], { keyFields }: ModelViews): readonly SampleRow[] {
  return rows.map((row) => Object.fromEntries(Object.entries(row).filter(([column]) => !keyFields.has(column))))
}

export interface SampleNames {
  /** Names of all columns that the signature takes. */
  readonly found: readonly string[]
  /** By name. */
  readonly joined: ReadonlyMap<string, FeatureDtype>
  readonly sent: readonly string[]
  /** On-demand features. */
  readonly computed: ReadonlySet<string>
  /** Names that on-demand features read, and no column has. */
  readonly only: ReadonlySet<string>
}

/**
 * A model that reads views, or has on-demand features, says in its manifest what it takes: every column is one of its features, and every feature of a
 * view a column. Throws `invalid-input` with the names that differ.
 */
export function assertModelFeatures(model: string, { found, joined, sent, computed, only }: SampleNames): void {
  if (joined.size + computed.size === 0) return
  const known = new Set([...joined.keys(), ...sent, ...computed].filter((name) => !only.has(name)))
  const unknown = found.filter((name) => !known.has(name))
  if (unknown.length > 0) {
    throw new MainwardError(
      'invalid-input',
      `the sample has columns that the Model ${model} does not name: ${unknown.join(', ')}`,
      {
        hint: `name them in requestFeatures, or take them of a view; it has ${[...known].join(', ')}`,
      },
    )
  }
  const missing = [...joined.keys()].filter((name) => !found.includes(name) && !only.has(name))
  if (missing.length === 0) return
  throw new MainwardError('invalid-input', `the Model ${model} takes ${missing.join(', ')} of views: found no such column`, {
    hint: 'the sample has a column for each feature of a view, or take it no longer in the Model',
  })
}
