/** Which definitions of views a record was served by: those that its version embeds, or the manifests' own. Pure. */
import type { Digest } from '../../../core/digest.ts'
import type { FeatureDtype } from '../../../core/feature-dtype.ts'
import { takenName } from '../../../core/online-view.ts'
import type { Resource } from '../../../core/resource.ts'
import { programOf } from '../../../expressions/program-of.ts'
import { materialsOf } from '../../../features/compute/closure-materials.ts'
import type { ViewMaterials } from '../../../features/compute/plan-computation.ts'
import type { RecordedRole } from '../../../features/skew/recorded-lookup.ts'
import type { ReplayProgram } from '../../../features/skew/replay-on-demand.ts'
import type { FeatureDefinitions } from '../../../manifests/feature-definitions.ts'
import { digestFeatures } from '../../../manifests/features/feature-digests.ts'
import type { ModelVersionSpec } from '../../../manifests/kinds/model-version.ts'
import { buildRelease } from '../../../manifests/release.ts'
import { requireModel } from '../../require-model.ts'

export interface RecordedDefinitions {
  readonly materials: ViewMaterials
  /** Of the definitions of views, by name: what was pushed is found by them. */
  readonly digests: ReadonlyMap<string, Digest>
  /** What the model takes of each view. */
  readonly roles: readonly RecordedRole[]
  /** Its on-demand features; null: it has none. */
  readonly onDemand: RecordedProgram | null
}

export interface RecordedProgram {
  readonly replay: ReplayProgram
  /** By name, what its expressions read of a request. */
  readonly sent: ReadonlyMap<string, FeatureDtype>
}

export interface DefinitionFinder {
  /**
   * By the release, else by the version that has the number: settings of the Model may have changed since, what a version embeds does
   * not. The Model of the manifests where neither is recorded. Null: they do not have that version.
   */
  find(release: string | null, version: number | null): RecordedDefinitions | null
}

/** Throws `usage` with the nearest name for a model that is not there. */
export function createDefinitionFinder(
  { resources, definitions }: { readonly resources: readonly Resource[]; readonly definitions: FeatureDefinitions },
  name: string,
): DefinitionFinder {
  const model = requireModel(resources, name)
  const versions = (resources.filter(({ kind }) => kind === 'ModelVersion') as readonly Resource<ModelVersionSpec>[])
    .filter(({ spec }) => spec.model === name)
    .map((resource) => ({ resource, digest: buildRelease(resource, model).digest, embedded: embeddedBy(resource.spec) }))
  const own = definitionsOf({ materials: definitions, digests: digestFeatures(resources).views }, model.spec.features, model.spec)
  return {
    find: (release, version) => {
      if (release === null && version === null) return own
      const found =
        versions.find(({ digest }) => digest === release) ?? versions.find(({ resource }) => resource.spec.version === version)
      return found?.embedded ?? null
    },
  }
}

function embeddedBy({ views, definitions, ...spec }: ModelVersionSpec): RecordedDefinitions {
  const materials = materialsOf(definitions ?? { entities: [], sources: [], views: [] })
  return definitionsOf({ materials, digests: new Map(views.map(({ view, digest }) => [view, digest])) }, views, spec)
}

type Computed = Pick<ModelVersionSpec, 'requestFeatures' | 'onDemand'>

function definitionsOf(
  { materials, digests }: Pick<RecordedDefinitions, 'materials' | 'digests'>,
  roles: readonly RecordedRole[],
  computed: Computed,
): RecordedDefinitions {
  return { materials, digests, roles, onDemand: programOfRoles(materials, roles, computed) }
}

function programOfRoles(
  { views }: ViewMaterials,
  roles: readonly RecordedRole[],
  { requestFeatures, onDemand }: Computed,
): RecordedProgram | null {
  const joined = roles.flatMap(({ view, as, take }) => {
    const known = views.get(view)
    const dtypes = new Map([...(known?.features ?? []), ...(known?.aggregations ?? [])].map(({ name, dtype }) => [name, dtype]))
    return take.flatMap((feature) => {
      const dtype = dtypes.get(feature)
      return dtype === undefined ? [] : [{ name: takenName(as, feature), dtype, origin: { view, as, feature } }]
    })
  })
  const program = programOf(onDemand, [...joined, ...requestFeatures])
  if (program === null) return null
  const origins = program.inputs.map((input) => joined.find(({ name }) => name === input.name)?.origin ?? null)
  const sent = program.inputs.filter((_, index) => origins[index] === null)
  return { replay: { program, origins }, sent: new Map(sent.map(({ name, dtype }) => [name, dtype])) }
}
