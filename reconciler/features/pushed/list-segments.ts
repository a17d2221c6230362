/** Finds the segments of the views that can have some: those whose values are pushed. */
import type { ViewDefinition } from '../../core/feature-definition.ts'
import type { PushedSegments } from '../ports.ts'

/** By name of the view; without views that have none. `asOf` is in microseconds since the epoch; null: now. */
export async function listSegments(
  views: readonly ViewDefinition[],
  pushed: PushedSegments | undefined,
  asOf: bigint | null,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>()
  if (pushed === undefined) return found
  for (const { name, online } of views) {
    if (online?.type !== 'exact') continue
    const files = await pushed.list(name, asOf)
    if (files.length > 0) found.set(name, files)
  }
  return found
}
