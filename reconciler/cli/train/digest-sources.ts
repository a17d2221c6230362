/** What the rows of a training set come from, as one digest that needs no rows: of files and definitions. */
import { digestValue, type Digest } from '../../core/digest.ts'
import type { SourceDefinition } from '../../core/feature-definition.ts'
import { compareText } from '../../core/finding.ts'
import type { DatasetReport } from '../../features/dataset/dataset-report.ts'
import type { SourceFile, SourceFiles } from '../../features/ports.ts'
import type { FeatureDefinitions, TrainingDefinition } from '../../manifests/feature-definitions.ts'
import { featureClosure } from '../../manifests/online-views.ts'

export interface SourcesQuestion {
  readonly training: TrainingDefinition
  readonly definitions: FeatureDefinitions
  /** Of the definitions: `digestFeatures`. */
  readonly trainingInputs: Digest
  readonly files: SourceFiles
  readonly digestFile: (file: SourceFile) => Promise<Digest>
  /** Digests of the segments of pushed rows of a view. */
  readonly listPushed: (view: string) => Promise<readonly string[]>
  /** Microseconds since the epoch. */
  readonly now: bigint
}

/** Format of the value that the digest is taken from: another one when the same files give other rows. */
const digestVersion = 1

/**
 * Null where nothing short of reading the rows tells whether they changed: a query without a declared end in the past. A query whose model
 * says `training.data.until`, and that time has passed, counts as settled: `--force` reads it again.
 */
export async function digestSources(question: SourcesQuestion): Promise<Digest | null> {
  const { training, definitions, trainingInputs, listPushed } = question
  const closure = featureClosure(
    training.features.map(({ view }) => view),
    definitions,
  )
  const label = definitions.sources.get(training.label.source)
  if (label === undefined) throw new Error(`a valid commit has the source ${training.label.source}`)
  const sources = new Map([label, ...closure.sources].map((source) => [source.name, source]))
  const read: Record<string, unknown> = {}
  for (const source of sources.values()) {
    const content = await digestSource(source, question)
    if (content === null) return null
    read[source.name] = content
  }
  const pushed: Record<string, readonly string[]> = {}
  for (const { name, online } of closure.views) {
    if (online?.type === 'exact') pushed[name] = (await listPushed(name)).toSorted(compareText)
  }
  return digestValue({ digestVersion, trainingInputs, sources: read, pushed })
}

async function digestSource({ place }: SourceDefinition, question: SourcesQuestion): Promise<unknown> {
  const { training, files, digestFile, now } = question
  if (place.type !== 'files') {
    const until = training.split?.untilMicros ?? null
    return until === null || until > now ? null : { until }
  }
  const listed = (await files.list(place.pattern)).toSorted((a, b) => compareText(a.path, b.path))
  return Promise.all(listed.map(async (file) => [file.path, await digestFile(file)]))
}

/** Whether the same files give the same rows at any later time: nothing waits to be known. */
export function isSettled({ sources, rows }: DatasetReport): boolean {
  const waiting = sources.some(({ leftOutKnownLater, inFuture }) => leftOutKnownLater + inFuture > 0)
  return !waiting && (rows.dropped.knownLater ?? 0) === 0
}
