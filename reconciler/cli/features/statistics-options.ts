/** Statistics of data for commands of the catalogue: computed there and then, or those that were kept beside the artifacts. */
import { resolve } from 'node:path'
import { openArtifactNotes } from '../../artifacts/artifact-notes.ts'
import type { Digest } from '../../core/digest.ts'
import { MainwardError } from '../../core/error.ts'
import type { Resource } from '../../core/resource.ts'
import { computeViewStatistics, type KnownEdges } from '../../features/statistics/compute-view-statistics.ts'
import { digestFeatures } from '../../manifests/features/feature-digests.ts'
import type { ViewStatistics } from '../../profiles/view-statistics.ts'
import { keepStatistics, readKeptStatistics, type StatisticsPlace } from '../../reconcile/kept-statistics.ts'
import { type CommandInput, flagOption, optionFlag, textOption } from '../command.ts'
import type { CliContext } from '../context.ts'
import { findArtifactStore } from './find-artifact-store.ts'
import type { OpenFeatures } from './open-features.ts'
import type { Progress } from './progress.ts'

export interface StatisticsWish {
  readonly views: readonly string[]
  readonly asOf: bigint
  readonly edges: KnownEdges
  readonly progress: Progress
}

/** Of views that are there. */
export function computeStatisticsOf(
  { clock }: CliContext,
  { definitions, resources, ports, commit, engine }: OpenFeatures,
  { views, asOf, edges, progress }: StatisticsWish,
): Promise<readonly ViewStatistics[]> {
  return computeViewStatistics({
    materials: definitions,
    views,
    digests: digestFeatures(resources).views,
    commit,
    asOf,
    nowMs: clock.now(),
    edges,
    ports,
    engine: { ...engine, ...progress.engine },
    onStep: progress.step,
  })
}

/** Null: none are kept of this definition. */
export function readKept(
  context: CliContext,
  input: CommandInput,
  resources: readonly Resource[],
  definition: Digest,
): Promise<ViewStatistics | null> {
  return readKeptStatistics(placeOf(context, input, resources), definition)
}

/** Each in the place of earlier ones of its definition. */
export async function keepAll(
  context: CliContext,
  input: CommandInput,
  resources: readonly Resource[],
  statistics: readonly ViewStatistics[],
): Promise<void> {
  const place = placeOf(context, input, resources)
  for (const each of statistics) await keepStatistics(place, each)
}

function placeOf({ configuration }: CliContext, input: CommandInput, resources: readonly Resource[]): StatisticsPlace {
  const given = textOption(input, 'state')
  const stateFolder = given === null ? null : resolve(configuration.folder, given)
  const folder = resolve(configuration.folder, textOption(input, 'path') ?? '.')
  return {
    notes: openArtifactNotes(),
    store: findArtifactStore(resources, { folder, stateFolder }),
    environment: textOption(input, 'environment') ?? 'production',
  }
}

/** Throws `usage` for an option that says how statistics are computed when none are. */
export function requireStatistics(input: CommandInput, names: readonly string[]): void {
  if (flagOption(input, 'statistics')) return
  const lonely = names.find((name) => textOption(input, name) !== null)
  if (lonely === undefined) return
  throw new MainwardError('usage', `${optionFlag(lonely)} is for --statistics: expected both`)
}
