/** What production serves at the base commit: the version that a candidate is compared with. */
import type { Release, Task } from '../../core/release.ts'
import type { Resource } from '../../core/resource.ts'
import type { RowLayout } from '../../inference/rows/row-assembler.ts'
import { listResources } from '../../manifests/assemble.ts'
import type { ModelSpec } from '../../manifests/kinds/model.ts'
import type { ModelVersionSpec } from '../../manifests/kinds/model-version.ts'
import type { RolloutSpec } from '../../manifests/kinds/rollout.ts'
import { buildRelease } from '../../manifests/release.ts'
import { readCommitContents } from '../../reconcile/source/read-contents.ts'
import type { BaseCommit } from './base-commit.ts'
import type { VersionStore } from './version-store.ts'

/** A version as production serves it. */
export interface ServedVersion {
  readonly version: number
  readonly sha256: string
  readonly layout: RowLayout
  /** Binary classification. */
  readonly threshold?: number
  readonly read: () => Promise<Uint8Array>
}

export type Production =
  { readonly served: ServedVersion; readonly because?: never } | { readonly served: null; readonly because: string }

/** The environment whose rollouts say what a candidate is compared with. */
export const productionEnvironment = 'production'

/** All models of the base commit, read once. */
export interface ProductionReader {
  find(model: string, task: Task): Promise<Production>
}

export function openProduction(base: BaseCommit | null, store: VersionStore): ProductionReader {
  const read: { resources?: Promise<readonly Resource[]> } = {}
  return {
    async find(model, task) {
      if (base === null) return { served: null, because: 'there is no commit yet' }
      read.resources ??= readCommitContents(base.repository, base.id, base.repository.innerPath).then(({ files }) =>
        listResources(files),
      )
      return findServed({ model, task, base, store, resources: await read.resources })
    },
  }
}

interface Question {
  readonly model: string
  readonly task: Task
  readonly base: BaseCommit
  readonly store: VersionStore
  readonly resources: readonly Resource[]
}

function findServed({ model, task, base, store, resources }: Question): Production {
  const named = (kind: string, name: string) => resources.find((each) => each.kind === kind && each.metadata.name === name)
  const rollout = resources.find(
    ({ kind, metadata }) => kind === 'Rollout' && metadata.name === model && metadata.environment === productionEnvironment,
  ) as Resource<RolloutSpec> | undefined
  if (rollout === undefined)
    return { served: null, because: `no rollout of ${model} in ${productionEnvironment} at ${base.name}` }
  const number = versionOf(rollout.spec)
  const version = named('ModelVersion', `${model}-${number}`) as Resource<ModelVersionSpec> | undefined
  const owner = named('Model', model) as Resource<ModelSpec> | undefined
  if (version === undefined || owner === undefined) {
    return { served: null, because: `version ${number}, which the rollout names at ${base.name}, is not there` }
  }
  if (owner.spec.task !== task) return { served: null, because: `version ${number} has another task: ${owner.spec.task}` }
  const { artifact } = version.spec
  const read = async (): Promise<Uint8Array> =>
    (artifact.path === undefined ? null : await base.read(artifact.path)) ?? store.readArtifact(artifact.sha256)
  return { served: describeServed(version, owner, read) }
}

/** A version as its model serves it; `read` gives its model file. */
export function describeServed(
  version: Resource<ModelVersionSpec>,
  model: Resource<ModelSpec>,
  read: () => Promise<Uint8Array>,
): ServedVersion {
  const release = buildRelease(version, model)
  const { artifact, decision } = release
  return {
    version: version.spec.version,
    sha256: artifact.sha256,
    layout: layoutOf(release),
    ...(decision === undefined ? {} : { threshold: decision.threshold }),
    read,
  }
}

/** What decides how a row becomes its tensors. */
export function layoutOf({ signature, requestFeatures, onDemand, nulls, views }: Release): RowLayout {
  return {
    signature,
    requestFeatures,
    nulls,
    ...(onDemand === undefined ? {} : { onDemand }),
    ...(views === undefined ? {} : { views }),
  }
}

/** Of a split, the control: what everything else is measured against. */
function versionOf({ canary, split }: RolloutSpec): number {
  if (canary !== undefined) return canary.version
  const [control] = split?.variants ?? []
  if (control === undefined) throw new Error('a valid rollout has a canary or a split')
  return control.version
}
