/** Finds the columns behind views, with an engine for their SQL where there is any. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ViewOrigins } from '../../core/column-origin.ts'
import { openEngine } from '../../features/engine/open-engine.ts'
import { resolveOrigins } from '../../features/lineage/resolve-origins.ts'
import { orderViews } from '../../features/views/order-views.ts'
import type { FeatureDefinitions } from '../../manifests/feature-definitions.ts'

/** Nothing runs but the parser: an engine as small as it can be. */
const engineLimits = { threads: 1, memoryLimitBytes: 256 * 1024 * 1024, timeLimitMs: 30_000 }

export async function findOrigins({ sources, views }: FeatureDefinitions): Promise<ReadonlyMap<string, ViewOrigins>> {
  if (views.size === 0) return new Map()
  const folder = await mkdtemp(join(tmpdir(), 'mainward-lineage-'))
  try {
    const engine = await openEngine({ ...engineLimits, spillFolder: folder })
    try {
      return await resolveOrigins(engine, { sources, views: orderViews([...views.keys()], views) })
    } finally {
      await engine.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
