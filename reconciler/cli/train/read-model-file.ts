/** The model file of a version, wherever it is kept. */
import { readFile } from 'node:fs/promises'
import type { ModelVersionSpec } from '../../manifests/kinds/model-version.ts'
import type { OpenTraining } from './open-training.ts'

/** Of the working tree or commit, where it has the file, else of the artifact store. Throws `artifact-missing`. */
export async function readModelFile({ artifact }: ModelVersionSpec, opened: OpenTraining): Promise<Uint8Array> {
  const [file] = artifact.path === undefined ? [] : await opened.ports.files.list(artifact.path)
  if (file === undefined) return opened.versions.readArtifact(artifact.sha256)
  return readFile(file.localPath)
}
