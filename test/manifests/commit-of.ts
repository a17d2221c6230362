/** Builds commits as values for the tests of manifests. */
import { assembleCommit, type Assembly } from '../../reconciler/manifests/assemble.ts'
import type { StoredFile } from '../../reconciler/manifests/commit-view.ts'
import type { ModelVersionSpec } from '../../reconciler/manifests/kinds/model-version.ts'
import { parseFile } from '../../reconciler/manifests/parse-file.ts'
import type { ParsedFile } from '../../reconciler/manifests/parsed-file.ts'
import { canaryExample, modelExample, projectExample, versionExample } from '../../reconciler/manifests/rules/examples.ts'

export const secondVersionExample = versionExample
  .replace('name: flight-delay-3', 'name: flight-delay-2')
  .replace('version: 3', 'version: 2')
  .replace('versions/3.onnx', 'versions/2.onnx')

/** A commit without any finding. */
export const soundFiles = {
  'mainward.yaml': projectExample,
  'models/flight-delay.yaml': modelExample,
  'models/flight-delay/versions/2.yaml': secondVersionExample,
  'models/flight-delay/versions/3.yaml': versionExample,
  'rollouts/flight-delay.yaml': canaryExample,
} satisfies Record<string, string>

export type FileTexts = Readonly<Record<string, string | Uint8Array | null>>

export interface CommitOptions {
  readonly mode?: 'reconciled' | 'proposed'
  /** Null: the file is not there. Left out: as the manifest says. */
  readonly artifacts?: Readonly<Record<string, StoredFile | null>>
  /** Data files that are there. Left out: nobody looks. */
  readonly dataFiles?: readonly string[]
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export function parse(text: string): ParsedFile {
  return parseFile(bytesOf(text))
}

/** Assembles the sound commit with some files changed, added, or (null) removed. */
export function assembleWith(changes: FileTexts = {}, options: CommitOptions = {}): Assembly {
  const texts: FileTexts = { ...soundFiles, ...changes }
  const files = Object.entries(texts).flatMap(([path, text]) =>
    text === null ? [] : [{ path, parsed: typeof text === 'string' ? parse(text) : parseFile(text) }],
  )
  const artifacts = new Map<string, StoredFile>()
  for (const document of files.flatMap(({ parsed }) => parsed.documents)) {
    if (document.kind !== 'ModelVersion' || document.spec === null) continue
    const { path, sha256, sizeBytes } = (document.spec as ModelVersionSpec).artifact
    if (path !== undefined) artifacts.set(path, { sha256, sizeBytes })
  }
  for (const [path, stored] of Object.entries(options.artifacts ?? {})) {
    if (stored === null) artifacts.delete(path)
    else artifacts.set(path, stored)
  }
  const { dataFiles } = options
  const contents = { files, artifacts, ...(dataFiles === undefined ? {} : { dataFiles: new Set(dataFiles) }) }
  return assembleCommit(contents, { mode: options.mode ?? 'reconciled' })
}
