/** The leader's copy of the rollouts and of the serving state: it is the only writer, so what it wrote need not be read again. */
import type { Digest } from '../core/digest.ts'
import type { RolloutState } from '../core/rollout-state.ts'
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

/** The last states of rollouts that were removed. */
export async function ensureRemoved({
  ports,
  memory,
}: Pick<Pass, 'ports' | 'memory'>): Promise<ReadonlyMap<string, RolloutState>> {
  memory.removed ??= new Map((await ports.rollouts.readRemoved()).map((state) => [state.rollout, state]))
  return memory.removed
}

/** They are read again when they are needed. */
export function forgetRollouts(memory: Pass['memory']): void {
  memory.rollouts = null
  memory.removed = null
}

/** Writes a transition and keeps the copy true. When the outcome is unknown the copy is dropped and read again. */
export async function writeTransition({ ports, memory }: Pick<Pass, 'ports' | 'memory'>, write: TransitionWrite): Promise<void> {
  const { rollouts, removed } = memory
  forgetRollouts(memory)
  const sequence = await ports.rollouts.writeTransition(memory.epoch, write)
  for (const stored of write.releases) memory.releases.set(stored.release.digest, stored)
  if (rollouts === null || removed === null) return
  const last = rollouts.get(write.rollout)
  removed.delete(write.rollout)
  if (write.state !== null) rollouts.set(write.rollout, { state: write.state, sequence })
  else if (rollouts.delete(write.rollout) && last !== undefined) removed.set(write.rollout, last.state)
  memory.rollouts = rollouts
  memory.removed = removed
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
