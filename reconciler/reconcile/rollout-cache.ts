/** The leader's copy of the rollouts and of the serving state: it is the only writer, so what it wrote need not be read again. */
import type { Digest } from '../core/digest.ts'
import type { StoredRelease, StoredRollout } from '../database/rollout-queries.ts'
import type { StoredServingState } from '../database/serving-queries.ts'
import type { TransitionWrite } from './ports.ts'
import type { Pass } from './stages.ts'

export async function ensureRollouts({
  ports,
  memory,
}: Pick<Pass, 'ports' | 'memory'>): Promise<ReadonlyMap<string, StoredRollout>> {
  memory.rollouts ??= new Map((await ports.rollouts.readRollouts()).map((stored) => [stored.state.rollout, stored]))
  return memory.rollouts
}

/** Writes a transition and keeps the copy true. When the outcome is unknown the copy is dropped and read again. */
export async function writeTransition({ ports, memory }: Pick<Pass, 'ports' | 'memory'>, write: TransitionWrite): Promise<void> {
  const rollouts = memory.rollouts
  memory.rollouts = null
  const sequence = await ports.rollouts.writeTransition(memory.epoch, write)
  for (const stored of write.releases) memory.releases.set(stored.release.digest, stored)
  if (rollouts === null) return
  if (write.state === null) rollouts.delete(write.rollout)
  else rollouts.set(write.rollout, { state: write.state, sequence })
  memory.rollouts = rollouts
}

/** What replicas read, from memory or the store. */
export async function ensureServing({ ports, memory }: Pick<Pass, 'ports' | 'memory'>): Promise<StoredServingState | null> {
  if (memory.serving === undefined) memory.serving = await ports.serving.readServing()
  return memory.serving
}

/** Writes a serving state and keeps the copy true. */
export async function writeServing({ ports, memory }: Pick<Pass, 'ports' | 'memory'>, next: StoredServingState): Promise<void> {
  memory.serving = undefined
  await ports.serving.writeServing(memory.epoch, next)
  memory.serving = next
}

/** Documents of releases, from memory or the store. */
export async function ensureReleases(
  { ports, memory }: Pick<Pass, 'ports' | 'memory'>,
  digests: readonly Digest[],
): Promise<readonly StoredRelease[]> {
  const missing = digests.filter((digest) => !memory.releases.has(digest))
  if (missing.length > 0) {
    for (const stored of await ports.rollouts.readReleases(missing)) memory.releases.set(stored.release.digest, stored)
  }
  return digests.flatMap((digest) => memory.releases.get(digest) ?? [])
}
