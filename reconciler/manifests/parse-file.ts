/** One file's bytes to its documents and findings. Knows neither the file's path nor any other file. */
import { digestValue, type Digest } from '../core/digest.ts'
import type { Kind, Metadata } from '../core/resource.ts'
import { kindDefinitions } from './kinds/registry.ts'
import type { WrittenManifest } from './kinds/kind-definition.ts'
import { escapePointer } from './kinds/request-features.ts'
import { LineIndex } from './line-index.ts'
import { findingAt, type Problem } from './local-finding.ts'
import type { LocalFinding, ParsedDocument, ParsedFile, Position, TextLine } from './parsed-file.ts'
import { readDocument, type DocumentReading } from './read-document.ts'
import { isManifest, isMeantAsManifest, mayBeManifest } from './recognise.ts'
import type { PointedProblem } from './schema-problems.ts'
import { splitDocuments, type DocumentText } from './split-documents.ts'
import { offsetInText } from './text-places.ts'
import { validateDocument, type DocumentValidation } from './validate-document.ts'

/** Part of the key of every cache of parsed files, with the program's version: grows when the same bytes give another result. */
export const parserVersion = 7

/** Format of the value that digests of meaning are taken from. */
const digestVersion = 1

const maximumBytes = 1024 * 1024

const maximumFindings = 1000

/** Parses and validates a file of manifests; other YAML gives nothing. Never throws, whatever the bytes are. */
export function parseFile(bytes: Uint8Array): ParsedFile {
  const text = decodeText(bytes)
  if (text === null) return badEncoding(bytes)
  if (!mayBeManifest(text)) return { documents: [], findings: [] }
  const lines = new LineIndex(text)
  const conflict = findConflict(text)
  if (conflict !== null && isMeantAsManifest(text))
    return { documents: [], findings: [findingAt(lines.positionOf(conflict), inConflict)] }
  const documents: ParsedDocument[] = []
  const findings: LocalFinding[] = []
  for (const source of splitDocuments(text)) {
    const parsed = parseDocumentText(source, lines)
    if (parsed.document !== null) documents.push(parsed.document)
    for (const finding of parsed.findings) findings.push(finding)
  }
  return { documents, findings }
}

const inConflict: Problem = {
  rule: 'merge-conflict',
  message: 'expected one text, found two between <<<<<<< and >>>>>>>: a conflict of git',
  hint: 'choose one and remove the three marks; git status lists all files in conflict. Of versions and model cards take those of the main branch: mainward train then gives yours the next number',
}

/** Offset of the first mark of a conflict as git writes it, at the start of a line, where YAML has no use for one. Null: there is none. */
function findConflict(text: string): number | null {
  const start = /^<{7} /m.exec(text)?.index
  if (start === undefined) return null
  const middle = indexFrom(text, start, /^={7}\r?$/m)
  return middle === null || indexFrom(text, middle, /^>{7} /m) === null ? null : start
}

function indexFrom(text: string, start: number, pattern: RegExp): number | null {
  const found = pattern.exec(text.slice(start))
  return found === null ? null : start + found.index
}

interface ParsedText {
  readonly document: ParsedDocument | null
  readonly findings: readonly LocalFinding[]
}

const nothing: ParsedText = { document: null, findings: [] }

function parseDocumentText(source: DocumentText, lines: LineIndex): ParsedText {
  if (!mayBeManifest(source.text)) return nothing
  if (isTooLarge(source.text)) {
    const message = 'expected a document of at most 1 MiB, found a larger one'
    if (!isMeantAsManifest(source.text)) return nothing
    return { document: null, findings: [findingAt(lines.positionOf(source.offset), { rule: 'document-too-large', message })] }
  }
  const reading = readDocument(source, lines)
  const isBroken = reading.problems.some(
    ({ rule }) => rule === 'yaml-syntax' || rule === 'tab-indentation' || rule === 'document-too-deep',
  )
  if (isBroken) {
    if (!isMeantAsManifest(source.text)) return nothing
    return { document: null, findings: findingsOf({ reading, problems: [], lines }) }
  }
  if (!isManifest(reading.value)) return nothing
  const validation = validateDocument(reading.value)
  const findings = findingsOf({ reading, problems: validation.problems, lines })
  const hasErrors = findings.some((finding) => finding.severity === 'error')
  return { document: describeDocument({ value: reading.value, reading, validation, lines, valid: !hasErrors }), findings }
}

interface FoundProblems {
  readonly reading: DocumentReading
  readonly problems: readonly PointedProblem[]
  readonly lines: LineIndex
}

/** All findings of a document; of a hopeless one the first thousand, the last of which tells how many more there are. */
function findingsOf({ reading, problems, lines }: FoundProblems): LocalFinding[] {
  const all = [...reading.problems, ...problems]
  const kept = all.slice(0, maximumFindings)
  const hint = `${all.length - maximumFindings} more findings of this document are left out`
  return kept.map((problem, index) => {
    const offset = 'offset' in problem ? problem.offset : offsetOf(problem, reading)
    const isLast = index === maximumFindings - 1 && all.length > maximumFindings
    return findingAt(lines.positionOf(offset), isLast ? { ...problem, hint } : problem)
  })
}

function offsetOf({ pointer, part, at }: PointedProblem, reading: DocumentReading): number {
  const inText = at === undefined ? null : offsetInText(reading.placesOf(pointer), at)
  return inText ?? reading.offsetOf(pointer, part)
}

interface DocumentParts {
  readonly value: Readonly<Record<string, unknown>>
  readonly reading: DocumentReading
  readonly validation: DocumentValidation
  readonly lines: LineIndex
  readonly valid: boolean
}

function describeDocument({ value, reading, validation, lines, valid }: DocumentParts): ParsedDocument | null {
  const { kind, manifest } = validation
  if (kind === null) return null
  const definition = kindDefinitions[kind]
  const position = (pointer: string): Position => lines.positionOf(reading.offsetOf(pointer))
  const texts = (definition.texts ?? []).flatMap((pattern) => listPointers(value, pattern))
  const linesOf = (pointer: string): readonly TextLine[] =>
    reading.placesOf(pointer).map(({ index, offset }) => ({ index, position: lines.positionOf(offset) }))
  const common = {
    kind,
    line: position('').line,
    positions: Object.fromEntries(
      ['', ...definition.positions.flatMap((pointer) => listPointers(value, pointer))].map((pointer) => [
        pointer,
        position(pointer),
      ]),
    ),
    ...(texts.length === 0 ? {} : { textPlaces: Object.fromEntries(texts.map((pointer) => [pointer, linesOf(pointer)])) }),
    valid,
  }
  if (manifest === null) {
    return { ...common, name: nameOf(value), metadata: null, spec: null, digest: null, references: [] }
  }
  const metadata = fillMetadata(kind, manifest.metadata)
  const references = definition.references(manifest)
  return {
    ...common,
    name: metadata.name,
    metadata,
    spec: definition.normalise(manifest.spec),
    ...digestsOf(kind, metadata, manifest),
    references: references.map(({ kind: target, name, pointer }) => ({ kind: target, name, position: position(pointer) })),
  }
}

/** A pointer, or those of all entries of the lists and maps that a step `*` stands for. */
function listPointers(value: unknown, pattern: string): readonly string[] {
  let places: readonly Place[] = [{ pointer: '', value }]
  for (const step of pattern.split('/').slice(1)) {
    places = places.flatMap((place) => (step === '*' ? entriesOf(place) : [memberOf(place, step)]))
  }
  return places.map(({ pointer }) => pointer)
}

interface Place {
  readonly pointer: string
  readonly value: unknown
}

function entriesOf({ pointer, value }: Place): readonly Place[] {
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).map(([step, member]) => ({
    pointer: `${pointer}/${escapePointer(step)}`,
    value: member as unknown,
  }))
}

function memberOf({ pointer, value }: Place, step: string): Place {
  return { pointer: `${pointer}/${step}`, value: (value as Readonly<Record<string, unknown>> | null | undefined)?.[step] }
}

function fillMetadata(kind: Kind, metadata: Metadata): Metadata {
  return kindDefinitions[kind].perEnvironment ? { ...metadata, environment: metadata.environment ?? 'production' } : metadata
}

function digestsOf(
  kind: Kind,
  metadata: Metadata,
  { spec }: WrittenManifest<unknown>,
): Pick<ParsedDocument, 'servingDigest' | 'trainingDigest'> & { readonly digest: Digest } {
  const definition = kindDefinitions[kind]
  const { name, environment } = metadata
  const digest = digestValue({ digestVersion, kind, name, environment, spec: definition.meaning(spec) })
  const serving = definition.servingMeaning?.(spec)
  const training = definition.trainingMeaning?.(spec)
  return {
    digest,
    ...(serving === undefined ? {} : { servingDigest: digestValue({ digestVersion, kind, spec: serving }) }),
    ...(training === undefined ? {} : { trainingDigest: digestValue({ digestVersion, kind, spec: training }) }),
  }
}

function nameOf(value: Readonly<Record<string, unknown>>): string | null {
  const metadata = value.metadata
  if (metadata === null || typeof metadata !== 'object' || !('name' in metadata)) return null
  return typeof metadata.name === 'string' ? metadata.name : null
}

function isTooLarge(text: string): boolean {
  // A UTF-16 code unit takes one to three bytes in UTF-8.
  if (text.length > maximumBytes) return true
  return text.length * 3 > maximumBytes && new TextEncoder().encode(text).length > maximumBytes
}

/** The text without its byte order mark, or null when the bytes are not UTF-8. */
function decodeText(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
}

/** Files of other encodings are ours when their letters, without the zeros of UTF-16, say so. */
function badEncoding(bytes: Uint8Array): ParsedFile {
  const lenient = new TextDecoder('utf-8').decode(bytes)
  if (!mayBeManifest(lenient.replaceAll('\0', ''))) return { documents: [], findings: [] }
  const position = new LineIndex(lenient).positionOf(Math.max(0, lenient.indexOf('\uFFFD')))
  const problem = { rule: 'encoding', message: 'expected UTF-8, found other bytes', hint: 'save the file as UTF-8' } as const
  return { documents: [], findings: [findingAt(position, problem)] }
}
