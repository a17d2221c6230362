/** A commit's documents, indexed for the rules between manifests. */
import { compareText, type Finding } from '../core/finding.ts'
import type { Kind } from '../core/resource.ts'
import { collectSpecs, type FeatureSpecs } from './features/feature-specs.ts'
import type { ModelVersionSpec } from './kinds/model-version.ts'
import { findingAt, type Problem } from './local-finding.ts'
import type { ParsedDocument, ParsedFile, Position } from './parsed-file.ts'

/** What is known of a file that is no manifest. */
export interface StoredFile {
  readonly sizeBytes: number
  /** 64 lower-case hex digits. */
  readonly sha256: string
}

/** A document with a name, and where it is. */
export interface CommitEntry {
  readonly id: string
  readonly file: string
  readonly document: ParsedDocument
}

export interface CommitView {
  readonly mode: 'reconciled' | 'proposed'
  readonly files: readonly { readonly path: string; readonly parsed: ParsedFile }[]
  /** By file and line. */
  readonly entries: readonly CommitEntry[]
  /** The first entry of every id. */
  readonly byId: ReadonlyMap<string, CommitEntry>
  readonly namesByKind: ReadonlyMap<Kind, readonly string[]>
  /** The readable versions of every model, by number. */
  readonly versionsByModel: ReadonlyMap<string, readonly VersionEntry[]>
  readonly artifacts: ReadonlyMap<string, StoredFile>
  /** Those of the data files that sources name which exist; null: nobody looked. */
  readonly dataFiles: ReadonlySet<string> | null
  /** What features are made of, where it can be read. */
  readonly specs: FeatureSpecs
}

export interface VersionEntry {
  readonly entry: CommitEntry
  readonly spec: ModelVersionSpec
}

interface ViewInput {
  readonly files: CommitView['files']
  readonly artifacts: CommitView['artifacts']
  readonly dataFiles?: ReadonlySet<string>
}

export function buildCommitView({ files, artifacts, dataFiles }: ViewInput, mode: CommitView['mode']): CommitView {
  const sorted = [...files].sort((a, b) => compareText(a.path, b.path))
  const entries = sorted.flatMap(({ path, parsed }) =>
    parsed.documents.map((document) => ({ id: idOf(document), file: path, document })),
  )
  const byId = new Map<string, CommitEntry>()
  const namesByKind = new Map<Kind, string[]>()
  for (const entry of entries) {
    const { kind, name } = entry.document
    if (name === null || byId.has(entry.id)) continue
    byId.set(entry.id, entry)
    const names = namesByKind.get(kind)
    if (names === undefined) namesByKind.set(kind, [name])
    else names.push(name)
  }
  const specs = collectSpecs(entries.map(({ document: { kind, name, spec } }) => ({ kind, name: name ?? '', spec })))
  const versionsByModel = groupVersions(entries)
  return { mode, files: sorted, entries, byId, namesByKind, versionsByModel, artifacts, dataFiles: dataFiles ?? null, specs }
}

function groupVersions(entries: readonly CommitEntry[]): ReadonlyMap<string, readonly VersionEntry[]> {
  const groups = new Map<string, VersionEntry[]>()
  for (const entry of entries) {
    if (entry.document.kind !== 'ModelVersion' || entry.document.spec === null) continue
    const spec = entry.document.spec as ModelVersionSpec
    const group = groups.get(spec.model)
    if (group === undefined) groups.set(spec.model, [{ entry, spec }])
    else group.push({ entry, spec })
  }
  for (const group of groups.values()) group.sort((a, b) => a.spec.version - b.spec.version)
  return groups
}

function idOf({ kind, name, metadata }: ParsedDocument): string {
  const environment = metadata?.environment
  return environment === undefined ? `${kind}/${name ?? ''}` : `${kind}/${name ?? ''}@${environment}`
}

/** A finding at a JSON pointer of an entry, or at the nearest place above that is one of its kind's `positions`. */
export function findingIn(entry: CommitEntry, pointer: string, problem: Problem): Finding {
  const { positions, line } = entry.document
  let place = pointer
  while (place !== '' && positions[place] === undefined) place = place.slice(0, place.lastIndexOf('/'))
  return findingOn(entry, positions[place] ?? { line, column: 1 }, problem)
}

/** A finding at a character of a text of an entry; at the text where that has no place. */
export function findingInText(entry: CommitEntry, pointer: string, at: number, problem: Problem): Finding {
  const line = entry.document.textPlaces?.[pointer]?.findLast(({ index }) => index <= at)
  if (line === undefined) return findingIn(entry, pointer, problem)
  return findingOn(entry, { ...line.position, column: line.position.column + at - line.index }, problem)
}

/** A finding at a place of an entry's file. */
export function findingOn(entry: CommitEntry, position: Position, problem: Problem): Finding {
  return { file: entry.file, ...findingAt(position, problem) }
}
