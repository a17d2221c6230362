/** `mainward reconcile`: runs the control plane until it is told to stop. The effects come from the command. */
import { join } from 'node:path'
import type { Logger } from '../core/log.ts'
import { startReconciler, type ReconcilerEffects, type ReconcilerOptions } from '../reconcile/reconciler.ts'
import { type ParentChannel, whenAborted } from './parent-channel.ts'

export interface ReconcileEffects extends ReconcilerEffects {
  readonly log: Logger
  /** Aborted when the process is asked to stop. */
  readonly stop: AbortSignal
  /** The process that started this one with a channel; null when there is none. */
  readonly parent: ParentChannel | null
}

/** Resolves when everything has stopped in good order. Throws `port-in-use`, `database-newer`. */
export async function runReconcile(options: ReconcilerOptions, effects: ReconcileEffects): Promise<void> {
  const { log, stop, parent } = effects
  const stopAsked = whenAborted(parent === null ? [stop] : [stop, parent.gone])
  try {
    const reconciler = await startReconciler(options, effects)
    log.info({ url: reconciler.url }, 'listening')
    parent?.announce(reconciler.url, null)
    try {
      await Promise.race([stopAsked, reconciler.ended])
    } finally {
      log.info({ parentGone: parent?.gone.aborted ?? false }, 'stopping')
      await reconciler.stop()
    }
  } finally {
    parent?.close()
  }
}

/** Where the source process keeps clones and parsed manifests. */
export function cacheFolderOf(stateFolder: string): string {
  return join(stateFolder, 'reconcile')
}
