/** The releases of the example without its views, made from its manifests as the reconciler makes them, and the bytes of their models. */
import { readFile } from 'node:fs/promises'
import type { Release } from '../../reconciler/core/release.ts'
import type { Resource } from '../../reconciler/core/resource.ts'
import { assembleCommit } from '../../reconciler/manifests/assemble.ts'
import type { ModelSpec } from '../../reconciler/manifests/kinds/model.ts'
import type { ModelVersionSpec } from '../../reconciler/manifests/kinds/model-version.ts'
import { parseFile } from '../../reconciler/manifests/parse-file.ts'
import { buildRelease } from '../../reconciler/manifests/release.ts'
import { exampleFile, exampleManifests, readPlainExample } from './plain-example.ts'

/** Every version of every model. */
export function readExampleReleases(): readonly Release[] {
  const paths = exampleManifests().filter((path) => !/^(?:features|policies)/.test(path))
  const files = paths.map((path) => ({ path, parsed: parseFile(new TextEncoder().encode(readPlainExample(path))) }))
  const { resources } = assembleCommit({ files, artifacts: new Map() }, { mode: 'proposed' })
  const models = resources.filter(({ kind }) => kind === 'Model') as readonly Resource<ModelSpec>[]
  const versions = resources.filter(({ kind }) => kind === 'ModelVersion') as readonly Resource<ModelVersionSpec>[]
  return versions.map((version) => {
    const model = models.find(({ metadata }) => metadata.name === version.spec.model)
    if (model === undefined) throw new Error(`the example has no model ${version.spec.model}`)
    return buildRelease(version, model)
  })
}

export async function readExampleModel({ artifact }: Release): Promise<Uint8Array> {
  return readFile(exampleFile(artifact.path ?? ''))
}
