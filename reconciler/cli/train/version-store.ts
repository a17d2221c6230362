/** Trained versions in the artifact store, by the digest of what they were trained from: found again from any branch and number. */
import { openArtifactNotes } from '../../artifacts/artifact-notes.ts'
import { openArtifactStore } from '../../artifacts/artifact-store.ts'
import { digestBytes, type Digest } from '../../core/digest.ts'
import type { Evidence } from '../../core/evidence.ts'
import { MainwardError } from '../../core/error.ts'
import type { ModelVersionSpec } from '../../manifests/kinds/model-version.ts'
import { parseFile } from '../../manifests/parse-file.ts'
import { readEvidence } from './known-evidence.ts'

export interface StoredVersion {
  readonly spec: ModelVersionSpec
  readonly evidence: Evidence
}

export interface VersionStore {
  /** Null: no version of the model was trained from these inputs, or what is noted can not be read any more. */
  find(model: string, inputs: Digest): Promise<StoredVersion | null>
  /** `manifest` is the text of the ModelVersion. */
  keep(model: string, inputs: Digest, version: { readonly manifest: string; readonly bytes: Uint8Array }): Promise<void>
  /** Throws `artifact-missing`, and `artifact-mismatch` for other bytes than these. */
  readArtifact(sha256: string): Promise<Uint8Array>
}

/** `store` is the address of the artifact store. */
export function openVersionStore(store: string): VersionStore {
  const [artifacts, notes] = [openArtifactStore(), openArtifactNotes()]
  return {
    async find(model, inputs) {
      const found = (await notes.list(store, topicOf(inputs))).find(({ name }) => name === `${model}.yaml`)
      if (found === undefined) return null
      const spec = (parseFile(Buffer.from(found.text)).documents[0]?.spec ?? null) as ModelVersionSpec | null
      const evidence = spec === null ? null : readEvidence(spec.evidence)
      if (spec === null || evidence === null || !(await artifacts.has(store, spec.artifact.sha256))) return null
      return { spec, evidence }
    },
    async keep(model, inputs, { manifest, bytes }) {
      await artifacts.put(store, digestBytes(bytes).slice('sha256:'.length), bytes)
      await notes.replace(store, topicOf(inputs), { name: `${model}.yaml`, text: manifest })
    },
    async readArtifact(sha256) {
      const bytes = await artifacts.read(store, sha256)
      const found = digestBytes(bytes)
      if (found === `sha256:${sha256}`) return bytes
      throw new MainwardError('artifact-mismatch', `expected the artifact sha256:${sha256}, found ${found}`, {
        hint: 'the file was changed in the artifact store: restore it, or train again with --force',
      })
    },
  }
}

function topicOf(inputs: Digest): string {
  return `trained/${inputs.slice('sha256:'.length)}`
}
