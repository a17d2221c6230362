/** The versions of the example as evaluation takes them: model file, and how rows become its tensors, with views. */
import { readFileSync } from 'node:fs'
import type { Resource } from '../../../reconciler/core/resource.ts'
import type { EvaluatedModel } from '../../../reconciler/evaluation/evaluation-request.ts'
import { assembleCommit } from '../../../reconciler/manifests/assemble.ts'
import type { ModelSpec } from '../../../reconciler/manifests/kinds/model.ts'
import type { ModelVersionSpec } from '../../../reconciler/manifests/kinds/model-version.ts'
import { parseFile } from '../../../reconciler/manifests/parse-file.ts'
import { buildRelease } from '../../../reconciler/manifests/release.ts'
import { exampleFile, exampleManifests } from '../../support/plain-example.ts'

export interface ExampleVersion extends EvaluatedModel {
  readonly version: number
  readonly artifact: string
}

/** By number. */
export function readExampleVersions(model: string): ReadonlyMap<number, ExampleVersion> {
  const files = exampleManifests().map((path) => ({ path, parsed: parseFile(readFileSync(exampleFile(path))) }))
  const { resources } = assembleCommit({ files, artifacts: new Map() }, { mode: 'proposed' })
  const named = resources.find(({ kind, metadata }) => kind === 'Model' && metadata.name === model) as Resource<ModelSpec>
  const versions = resources.filter(({ kind }) => kind === 'ModelVersion') as readonly Resource<ModelVersionSpec>[]
  return new Map(
    versions
      .filter(({ spec }) => spec.model === model)
      .map((version) => {
        const { signature, requestFeatures, onDemand = [], views = [], nulls, artifact, decision } = buildRelease(version, named)
        const example: ExampleVersion = {
          bytes: readFileSync(exampleFile(artifact.path ?? '')),
          layout: { signature, requestFeatures, onDemand, views, nulls },
          threshold: decision?.threshold ?? 0.5,
          version: version.spec.version,
          artifact: artifact.sha256,
        }
        return [version.spec.version, example] as const
      }),
  )
}
