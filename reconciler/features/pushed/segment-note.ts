/** The note of a segment: what the artifact store tells of it to readers that have no database. Pure. */
import type { Digest } from '../../core/digest.ts'
import { MainwardError } from '../../core/error.ts'
import { formatInstant, parseInstant } from '../../core/instant.ts'

/** Times are in microseconds since the epoch. */
export interface SegmentNote {
  readonly environment: string
  readonly view: string
  /** Digest of the view's definition. */
  readonly definition: Digest
  readonly sha256: string
  readonly sizeBytes: number
  readonly rows: number
  readonly firstEventUs: bigint
  readonly lastEventUs: bigint
  readonly firstCreatedUs: bigint
  readonly lastCreatedUs: bigint
  /** Digests of segments whose rows are all in this one: they count no more. */
  readonly replaces: readonly string[]
}

const format = 'mainward.dev/pushed-segment/v1alpha1'

/** Where notes of a definition stand in an artifact store. */
export function segmentTopic(environment: string, definition: Digest): string {
  return `pushed/${environment}/${definition.slice('sha256:'.length)}`
}

/** Of one segment always the same. */
export function formatSegmentNote(note: SegmentNote): { readonly name: string; readonly text: string } {
  const { firstEventUs, lastEventUs, firstCreatedUs, lastCreatedUs, environment, view, definition, replaces, ...file } = note
  const value = {
    format,
    environment,
    view,
    definition,
    ...{ sha256: file.sha256, sizeBytes: file.sizeBytes, rows: file.rows },
    firstEvent: formatInstant(firstEventUs),
    lastEvent: formatInstant(lastEventUs),
    firstCreated: formatInstant(firstCreatedUs),
    lastCreated: formatInstant(lastCreatedUs),
    ...(replaces.length === 0 ? {} : { replaces }),
  }
  return { name: `${file.sha256}.json`, text: `${JSON.stringify(value, null, 2)}\n` }
}

export interface NotedSegment {
  readonly sha256: string
  /** When its first row was pushed, in microseconds since the epoch. */
  readonly firstCreatedUs: bigint
  readonly replaces: readonly string[]
}

/** What a reader needs. Throws `source-unusable` for a text that is no note. */
export function parseSegmentNote({ name, text }: { readonly name: string; readonly text: string }): NotedSegment {
  const value = parseObject(text)
  const { format: found, sha256, firstCreated, replaces = [] } = value
  const firstCreatedUs = typeof firstCreated === 'string' ? parseInstant(firstCreated) : null
  if (
    found !== format ||
    typeof sha256 !== 'string' ||
    name !== `${sha256}.json` ||
    firstCreatedUs === null ||
    !isTexts(replaces)
  ) {
    throw new MainwardError('source-unusable', `the note ${name} of the artifact store is no ${format}`, {
      hint: 'take the file out of the folder pushed/ of the store',
    })
  }
  return { sha256, firstCreatedUs, replaces }
}

/** Those whose rows are in no other of them. Between two writes of a merge a segment and what it replaces are both noted. */
export function countingSegments(noted: readonly NotedSegment[]): readonly NotedSegment[] {
  const replaced = new Set(noted.flatMap(({ replaces }) => replaces))
  return noted.filter(({ sha256 }) => !replaced.has(sha256))
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch (error) {
    // What is no JSON has no format: the caller names the note.
    if (error instanceof SyntaxError) return {}
    throw error
  }
}
