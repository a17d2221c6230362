/**
 * Counters of versions in the words of Triton's statistics extension. Pure; knows nobody who counts.
 * Source: Triton, docs/protocol/extension_statistics.md.
 */
import { findRoute, findVersion, type RouteView } from '../routing/find-route.ts'

/** How often, and how long in total, in nanoseconds. */
export interface CountedTime {
  readonly count: number
  readonly ns: number
}

/** Where the time of runs went. */
export interface RunPhases {
  readonly computeInput: CountedTime
  readonly computeInfer: CountedTime
  readonly computeOutput: CountedTime
}

export interface BatchCounters extends RunPhases {
  /** Rows of a run. */
  readonly batchSize: number
}

/** What was counted for one version, by all processes of this server. */
export interface VersionCounters extends RunPhases {
  readonly model: string
  readonly version: string
  /** Milliseconds since 1970; 0 before the first. */
  readonly lastInferenceMs: number
  /** Rows. */
  readonly inferenceCount: number
  /** Runs of the model, each over a batch. */
  readonly executionCount: number
  readonly success: CountedTime
  readonly fail: CountedTime
  readonly queue: CountedTime
  readonly batches: readonly BatchCounters[]
}

const never: CountedTime = { count: 0, ns: 0 }

/**
 * One entry for every loaded version, also for one that was not asked yet. Null names all models, or all versions. Throws
 * `not-found` and `unavailable`.
 */
export function describeStatistics(
  view: RouteView,
  counted: readonly VersionCounters[],
  { model, version }: { readonly model: string | null; readonly version: string | null },
) {
  if (model !== null && version === null) findRoute(view, model)
  if (model !== null && version !== null) findVersion(view, model, version)
  const loaded = new Map<string, { readonly model: string; readonly version: string }>()
  for (const { release } of view.pool.listHeld()) {
    const entry = { model: release.model, version: String(release.version) }
    const isWanted = (model === null || model === entry.model) && (version === null || version === entry.version)
    if (isWanted) loaded.set(keyOf(entry), entry)
  }
  const counters = new Map(counted.map((entry) => [keyOf(entry), entry]))
  const entries = [...loaded].map(([key, entry]) => describeVersion(entry, counters.get(key)))
  return { model_stats: entries.sort(byName) }
}

function keyOf({ model, version }: { readonly model: string; readonly version: string }): string {
  return `${model}\n${version}`
}

type Entry = ReturnType<typeof describeVersion>

function byName(a: Entry, b: Entry): number {
  return a.name === b.name ? Number(a.version) - Number(b.version) : a.name < b.name ? -1 : 1
}

/** There is no cache of answers, so that nothing is found in it and nothing missed. */
function describeVersion({ model, version }: { model: string; version: string }, counted: VersionCounters | undefined) {
  return {
    name: model,
    version,
    last_inference: counted?.lastInferenceMs ?? 0,
    inference_count: counted?.inferenceCount ?? 0,
    execution_count: counted?.executionCount ?? 0,
    inference_stats: {
      success: counted?.success ?? never,
      fail: counted?.fail ?? never,
      queue: counted?.queue ?? never,
      compute_input: counted?.computeInput ?? never,
      compute_infer: counted?.computeInfer ?? never,
      compute_output: counted?.computeOutput ?? never,
      cache_hit: never,
      cache_miss: never,
    },
    response_stats: {},
    batch_stats: (counted?.batches ?? []).map(describeBatch),
    memory_usage: [],
  }
}

function describeBatch({ batchSize, computeInput, computeInfer, computeOutput }: BatchCounters) {
  return { batch_size: batchSize, compute_input: computeInput, compute_infer: computeInfer, compute_output: computeOutput }
}
